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

# Training steps beside Keras, PyTorch and Burn, epochs, and data; bench/README.md explains.
bench *ARGS:
    python3 bench/run.py step "$@"
    python3 bench/run.py epoch
    python3 bench/run.py data
    python3 bench/run.py prepare

# Every kernel's throughput beside the machine's peak; words select kernels.
bench-kernels *ARGS:
    cargo bench -p kernels -- "$@"

# Instructions of a training step beside the committed number; --accept commits to what is counted.
instructions *ARGS:
    bench/instructions "$@"

# The kernels' pinned bits on arm64, emulated. Needs `rustup target add aarch64-unknown-linux-gnu` and Debian's
# gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user-static.
arm64 *ARGS:
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64-static -L /usr/aarch64-linux-gnu" \
    cargo test --release -p kernels --target aarch64-unknown-linux-gnu --test bits "$@"

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
