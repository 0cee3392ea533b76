//! What somebody is told who writes the words of Keras or PyTorch: what the thing is called here, and where it goes.

mod common;

use common::{complaint, good_but, load};

/// A changed good file for each habit.
const HABITS: &[(&str, &str)] = &[
    ("type = \"conv2d\"", "type = \"Conv2D\""),
    ("type = \"max_pool2d\"", "type = \"MaxPooling2D\""),
    ("type = \"max_pool2d\"", "type = \"nn.MaxPool2d\""),
    ("type = \"max_pool2d\"", "type = \"BatchNormalization\""),
    ("type = \"max_pool2d\"", "type = \"ReLU\""),
    ("type = \"max_pool2d\"", "type = \"InputLayer\""),
    ("filters = 8", "out_channels = 8"),
    ("filters = 8", "filters = 8\ninput_shape = [32, 32, 3]"),
    ("filters = 8", "filters = 8\ndilation_rate = 2"),
    ("filters = 8", "filters = 8\nkernel_regularizer = \"l2\""),
    ("activation = \"relu\"", "activation = \"gelu\""),
    ("activation = \"relu\"", "activation = \"swish\""),
    ("activation = \"relu\"", "activation = \"LeakyReLU\""),
    ("rate = 0.5", "p = 0.5"),
    ("type = \"dense\"", "type = \"dense\"\nactivation = \"softmax\""),
    ("learning_rate = 1e-4", "lr = 1e-4"),
    ("\"rmsprop\", learning_rate = 1e-4", "\"Adam\""),
    ("\"rmsprop\", learning_rate = 1e-4", "\"adam\", betas = [0.9, 0.999]"),
    ("\"rmsprop\", learning_rate = 1e-4", "\"sgd\", weight_decay = 1e-4"),
    ("\"rmsprop\"", "\"nadam\""),
    ("epochs = 2", "epochs = 2\nlr = 0.1"),
    ("epochs = 2", "epochs = 2\npatience = 3"),
    ("epochs = 2", "epochs = 2\nloss = \"sparse_categorical_crossentropy\""),
    ("epochs = 2", "epochs = 2\nloss = \"BCEWithLogitsLoss\""),
    ("epochs = 2", "epochs = 2\nmetrics = [\"acc\"]"),
    ("epochs = 2", "epochs = 2\nmetrics = \"accuracy\""),
    ("epochs = 2", "epochs = 2\nmetrics = [\"f1_score\"]"),
    ("epochs = 2", "epochs = 2\nearly_stopping = { monitor = \"val_acc\" }"),
    ("epochs = 2", "epochs = 2\nearly_stopping = { monitor = \"test_accuracy\" }"),
    ("epochs = 2", "epochs = 2\nlabel_smoothing = 0.1"),
    ("seeds = [0, 1]", "epochs = 2"),
    ("seeds = [0, 1]", "seed = 1"),
    ("seeds = [0, 1]", "validation_split = 0.2"),
    ("batch_size = 20", "validation_split = 0.2"),
    ("batch_size = 20", "class_mode = \"binary\""),
    ("batch_size = 20", "num_workers = 4"),
    ("batch_size = 20", "color_mode = \"greyscale\""),
    ("[augmentation]\n", "[augmentation]\nrotation_range = 40\n"),
    ("type = \"rotation\"", "type = \"RandomRotation\""),
    ("type = \"flip\", axis = \"horizontal\"", "type = \"RandomHorizontalFlip\""),
    ("type = \"flip\", axis = \"horizontal\"", "type = \"ColorJitter\""),
    ("type = \"flip\", axis = \"horizontal\"", "type = \"RandAugment\""),
];

#[test]
fn each_habit_is_told_what_to_write() {
    let mut told = String::new();
    for (from, to) in HABITS {
        let complaint = complaint(&good_but(from, to));
        assert_eq!(complaint.matches("error: ").count(), 1, "said once:\n{complaint}");
        told.push_str(&complaint);
        told.push_str("\n\n");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn one_number_is_a_square_image() {
    let experiment = load(&good_but("image_size = [32, 32]", "image_size = 32")).unwrap();
    assert_eq!(experiment.variants[0].settings.data.image_size, [32, 32]);
}
