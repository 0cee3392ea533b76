# Recipes for people. `cargo` alone does all of it too; see README.md.

# Words reach the command as they were typed, quotes and globs and all.
set positional-arguments

# List the recipes.
default:
    @just --list

# Check, build and train every variant of an experiment, and write its results.
run *ARGS:
    cargo ablate run "$@"

# Validate experiment files and show what they describe.
check *ARGS:
    cargo ablate check "$@"

# All tests.
test *ARGS:
    cargo test --workspace "$@"

# Training steps beside Keras, PyTorch and Burn; bench/README.md explains.
bench *ARGS:
    python3 bench/run.py step "$@"
    python3 bench/run.py epoch

# Every kernel's throughput beside the machine's peak; words select kernels.
bench-kernels *ARGS:
    cargo bench -p kernels -- "$@"

# Instructions of a training step beside the committed number; --accept commits to what is counted.
instructions *ARGS:
    bench/instructions "$@"

# Accept changed snapshots after looking at them.
bless:
    INSTA_UPDATE=always cargo test --workspace
    git diff --stat -- '*.snap'

# Formatting, and what clippy can mend.
fix:
    cargo fmt --all
    cargo clippy --workspace --all-targets --fix --allow-dirty --allow-staged -- -D warnings

# What the gate runs.
gate:
    .ci/run
