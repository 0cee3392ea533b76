//! Files beyond all sense end with few words, whatever there is too much of. Each of these took gigabytes or minutes where
//! time or memory grew by the square; here it is enough that they end, with a bounded number of complaints.

mod common;

use common::{GOOD, load, load_with};
use plan::memory::{Images, Memory};

/// The good file up to its factors.
fn base() -> String {
    GOOD.split("[factors").next().unwrap().to_owned()
}

fn repeated(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// The first complaint; all together are told within a few pages.
fn first_of(text: &str) -> String {
    let diagnostics = load(text).unwrap_err();
    assert!(diagnostics.iter().count() <= 100);
    let said = diagnostics.render(false);
    assert!(said.len() < 100_000, "{} bytes are said", said.len());
    diagnostics.iter().next().unwrap().message.clone()
}

#[test]
fn unknown_keys_are_counted() {
    let keys = repeated(50_000, |index| format!("key{index} = 1\n"));
    let text = GOOD.replacen("rate = 0.5\n", &format!("rate = 0.5\n{keys}"), 1);
    let diagnostics = load(&text).unwrap_err();
    assert_eq!((diagnostics.iter().count(), diagnostics.len()), (100, 50_000));
    let said = diagnostics.render(false);
    assert!(said.ends_with("\n\nand 49900 more\n"), "{}", &said[said.len() - 100..]);
    // At the top, and of a key that is as long as a file.
    assert_eq!(first_of(&(keys + GOOD)), "unknown key `key0`");
    let long = first_of(&GOOD.replace("epochs = 2", &format!("epochs = 2\n{} = 1", "x".repeat(1_000_000))));
    assert!(long.starts_with("unknown key `xxx") && long.len() < 2000, "{}", long.len());
    let long = first_of(&GOOD.replace("\"rmsprop\"", &format!("\"{}\"", "ö".repeat(500_000))));
    assert!(long.starts_with("`training.optimizer.type` cannot be `öö"), "{long}");
}

#[test]
fn more_than_there_can_be_is_one_complaint() {
    let layers = "[[model.layers]]\ntype = \"activation\"\nactivation = \"relu\"\n".repeat(1000);
    let numbers = |count: usize| (0..count).map(|one| one.to_string()).collect::<Vec<_>>().join(", ");
    let cases = [
        (base().replace("[training]", &(layers + "[training]")), "`model.layers` has 1005 values"),
        (GOOD.replace("[0, 1]", &format!("[{}]", numbers(10_001))), "`seeds` has 10001 values"),
        (
            base() + &repeated(4097, |index| format!("[variants.v{index}]\ntraining.epochs = {index}\n")),
            "`[variants]` has 4097 variants",
        ),
        (
            base() + &repeated(51, |index| format!("[factors.f{index}]\na = {{ \"training.epochs\" = 1 }}\n")),
            "`[factors]` has 51 factors",
        ),
        (
            base() + &format!("[factors.f]\npath = \"training.epochs\"\nvalues = [{}]\n", numbers(4097)),
            "`factors.f` has 4097 levels",
        ),
        (
            GOOD.to_owned() + &format!("[sweep]\nexclude = [{}]\n", "{ augmentation = \"on\" }, ".repeat(4097)),
            "`sweep.exclude` has 4097 values",
        ),
        (
            base() + "[variants.a]\n" + &repeated(1001, |index| format!("\"training.k{index}\" = 1\n")),
            "`a` has more than 1000 overrides",
        ),
        (
            GOOD.replace("ops = [", &format!("ops = [{}", "{ type = \"grayscale\" }, ".repeat(1001))),
            "`augmentation.ops` has 1003 values",
        ),
        (
            base().replace("epochs = 2", &format!("epochs = 2\nmetrics = [{}]", "\"accuracy\", ".repeat(100_001))),
            "`training.metrics` has 100001 values",
        ),
        (base() + "#" + &"x".repeat(16 << 20), "this file has 16777"),
        (
            base().replace("[0, 1]", &format!("[{}]", numbers(10_000)))
                + &repeated(11, |index| format!("[variants.v{index}]\ntraining.epochs = {index}\n")),
            "this experiment has 110000 runs",
        ),
    ];
    for (text, expected) in cases {
        let diagnostics = load(&text).unwrap_err();
        let messages: Vec<&str> = diagnostics.iter().map(|one| one.message.as_str()).collect();
        assert!(messages.iter().any(|message| message.starts_with(expected)), "{expected}: {messages:?}");
    }
}

#[test]
fn a_matrix_of_the_most_variants_is_read() {
    let variants =
        |change: &dyn Fn(usize) -> String| base() + &repeated(4096, |i| format!("[variants.v{i}]\n{}\n", change(i)));
    let rates = variants(&|index| format!("training.optimizer.learning_rate = {}e-5", index + 1));
    let experiment = load(&rates).unwrap();
    assert_eq!((experiment.variants.len(), experiment.swept_paths.len()), (4096, 1));
    assert_eq!(experiment.variants[4095].swept, ["4096e-5"]);
    // Each wrong in its own way, and all the same.
    assert_eq!(first_of(&variants(&|index| format!("training.epochs = -{}", index + 1))), "`training.epochs` is -1");
    let same = first_of(&variants(&|_| "training.epochs = 7".to_owned()));
    assert_eq!(same, "variants `v0` and `v1` have the same settings");
    // As many, of a file that is too large for that.
    let layers = "[[model.layers]]\ntype = \"activation\"\nactivation = \"relu\"\n".repeat(900);
    let large = rates.replacen("[[model.layers]]", &(layers + "[[model.layers]]"), 1);
    assert!(first_of(&large).starts_with("4096 variants of a file with"), "{}", first_of(&large));
}

#[test]
fn many_wrong_exclusions_of_many_levels() {
    let values = (1..=4000).map(|one| one.to_string()).collect::<Vec<_>>().join(", ");
    let exclude = repeated(4000, |index| format!("{{ epochs = \"x{index}\" }}, "));
    let factor = format!("[factors.epochs]\npath = \"training.epochs\"\nvalues = [{values}]\n");
    let text = base() + &factor + &format!("[sweep]\nexclude = [{exclude}]\n");
    assert_eq!(first_of(&text), "`sweep.exclude[0]` excludes an unknown level of `epochs`");
}

#[test]
fn depth_is_bounded() {
    let deep = |open: &str, close: &str| open.repeat(100_000) + "1" + &close.repeat(100_000);
    for text in [
        GOOD.replace("epochs = 2", &format!("epochs = {}", deep("[", "]"))),
        GOOD.replace("epochs = 2", &format!("epochs = {}", deep("{ a = ", "}"))),
        GOOD.to_owned() + &"a.".repeat(100_000) + "a = 1\n",
    ] {
        assert!(first_of(&text).starts_with("not TOML"));
    }
    let path = format!("training{}", ".a".repeat(100_000));
    let said = first_of(&(base() + &format!("[variants.a]\n\"{path}\" = 1\n")));
    assert!(said.starts_with("`training.a.a"), "{said}");
    assert!(load_with(GOOD, &[&format!("{path}=1")], &["cat", "dog"]).is_err());
    // As deep as TOML goes, and back from the text that a program gets.
    let nested = "{ type = \"one_of\", ops = [".repeat(35) + "{ type = \"grayscale\" }" + &"] }".repeat(35);
    let experiment = load(&GOOD.replace("ops = [", &format!("ops = [{nested}, "))).unwrap();
    let augmentation = &experiment.variants[3].settings.augmentation;
    let text = serde_json::to_string(augmentation).unwrap();
    assert_eq!(serde_json::from_str::<plan::Augmentation>(&text).unwrap(), *augmentation);
}

#[test]
fn the_largest_numbers_are_counted_without_overflow() {
    let text = base()
        .replace("[32, 32]", "[8192, 8192]")
        .replace("batch_size = 20", "batch_size = 65536")
        .replace("epochs = 2", "epochs = 1000000\nsteps_per_epoch = 1000000000")
        .replace("filters = 8\nkernel_size = 3", "filters = 64\nkernel_size = 1024\npadding = \"same\"")
        .replace("type = \"flatten\"", "type = \"global_average_pool2d\"");
    let more = "[[model.layers]]\ntype = \"conv2d\"\nfilters = 5\nkernel_size = 1024\npadding = \"same\"\n".repeat(300);
    let settings = load(&text.replace("[[model.layers]]\ntype = \"max_pool2d\"\n", &more))
        .unwrap()
        .variants
        .swap_remove(0)
        .settings;
    let images = Images { train: 1 << 32, validation: 1 << 32, test: 1 << 32 };
    assert!(Memory::estimate(&settings, images, 4096).total() > 1 << 50);
    assert!(settings.network.parameter_count() > 1 << 32 && settings.network.multiply_adds() > 1 << 58);
    // As many values as there can be between two layers, and as many layers.
    let more = "[[model.layers]]\ntype = \"activation\"\nactivation = \"tanh\"\n".repeat(990);
    let settings = load(&text.replace("[[model.layers]]\ntype = \"max_pool2d\"\n", &more))
        .unwrap()
        .variants
        .swap_remove(0)
        .settings;
    assert!(Memory::estimate(&settings, images, 4096).total() > 1 << 58);
    // Each layer is small enough, and all together are not.
    let more =
        "[[model.layers]]\ntype = \"conv2d\"\nfilters = 45\nkernel_size = 1024\npadding = \"same\"\n".repeat(900);
    let said = first_of(
        &text.replace("filters = 64", "filters = 45").replace("[[model.layers]]\ntype = \"max_pool2d\"\n", &more),
    );
    assert!(said.starts_with("the network is too large"), "{said}");
}
