use crate::testing::{digest, directory, names, plan, portable, prepared};
use crate::{class_names, scan};
use insta::assert_snapshot;
use plan::{DataPlan, DataSource, LabelMode, OnError, SplitKind, SplitPlan};
use tempfile::TempDir;

fn data(csv: &str) -> TempDir {
    directory(&[
        ("lists/labels.csv", csv.as_bytes()),
        ("lists/a.png", b""),
        ("lists/b.png", b""),
        ("lists/more/c.png", b""),
        ("lists/more/d.png", b""),
    ])
}

fn listed(data: &TempDir) -> DataPlan {
    let manifest = Some(data.path().join("lists/labels.csv"));
    DataPlan { source: DataSource { manifest, ..DataSource::default() }, ..plan(&data.path().join("lists")) }
}

fn complaint(csv: &str) -> String {
    let data = data(csv);
    portable(scan(&listed(&data)).unwrap_err(), &data)
}

#[test]
fn rows_are_images_whatever_their_order() {
    let csv = "path,label,split\nmore/d.png,dog,train\na.png,cat,training\nmore/c.png,dog,val\nb.png,cat,validation\n";
    let data = data(csv);
    let manifest = scan(&listed(&data)).unwrap();
    assert_eq!(manifest.classes, ["cat", "dog"]);
    let expected = |names: [&str; 2]| [(names[0].to_owned(), 0), (names[1].to_owned(), 1)];
    assert_eq!(names(&manifest.train), expected(["a.png", "d.png"]));
    assert_eq!(names(manifest.validation.as_ref().unwrap()), expected(["b.png", "c.png"]));
    assert_eq!(manifest.test, None);
    assert_eq!(class_names(&listed(&data)).unwrap(), ["cat", "dog"]);

    // A mark of UTF-8, other columns and their order, spaces, quotes, Windows' line ends, and the order of rows do not count.
    let other = "\u{feff}who,split, label,path\r\nme,val,cat,b.png\r\n,val,dog, more/c.png\r\n,train,\"cat\",a.png\r\n\"x, y\",train,dog,more/d.png\r\n";
    let other = self::data(other);
    assert_eq!(digest(&scan(&listed(&other)).unwrap()), digest(&manifest));
}

#[test]
fn paths_start_at_the_directory_where_it_is_given() {
    let data = data("path,label,split\nc.png,c,train\nd.png,d,train\n");
    let plan = DataPlan { directory: data.path().join("lists/more"), ..listed(&data) };
    assert_eq!(scan(&plan).unwrap().train.files[0].path, data.path().join("lists/more/c.png"));
}

#[test]
fn images_without_a_split_are_split_as_the_plan_says() {
    let data = data("path,label\na.png,cat\nb.png,cat\nmore/c.png,dog\nmore/d.png,dog\n");
    assert_snapshot!(portable(scan(&listed(&data)).unwrap_err(), &data), @r#"DATA/lists/labels.csv:1: lacks the column `split` (train, validation or test); add it, or let the images be split: `split = { type = "stratified", probabilities = [0.7, 0.15, 0.15] }` in [data]"#);
    let with = |kind, probabilities: &[f64]| {
        let mut plan = listed(&data);
        plan.source.split = Some(SplitPlan { kind, probabilities: probabilities.to_vec(), seed: 0 });
        scan(&plan)
    };
    let manifest = with(SplitKind::Stratified, &[0.5, 0.5]).unwrap();
    assert_eq!((manifest.train.counts(2), manifest.validation.unwrap().counts(2)), (vec![1, 1], vec![1, 1]));
    assert_snapshot!(portable(with(SplitKind::Random, &[0.75, 0.25]).unwrap_err(), &data), @r#"DATA/lists/labels.csv has no image of the class "dog" for validation; a larger probability, another seed or type = "stratified" may give it some, or say `allow = ["missing_classes"]` in [data.audit]"#);
}

#[test]
fn every_wrong_line_is_named() {
    assert_snapshot!(complaint("path,label,split\na.png,cat,train\nb.png,dog,tset\nmore/c.png,dog\n,dog,train\nmore/d.png,,val\na.png,dog,val\n"), @r#"
    DATA/lists/labels.csv:3: `split` cannot be "tset"; expected train, validation or test
    DATA/lists/labels.csv:4: has 2 cells, and the header has 3
    DATA/lists/labels.csv:5: the cell `path` is empty
    DATA/lists/labels.csv:6: the cell `label` is empty
    DATA/lists/labels.csv:7: a.png stands in line 2 already
    "#);
    assert_snapshot!(complaint("file,label\na.png,cat\n"), @"DATA/lists/labels.csv:1: lacks the column `path`; expected the header path,label,split, found file,label");
    assert_snapshot!(complaint("path,class\na.png,cat\n"), @"DATA/lists/labels.csv:1: lacks the column `label`; expected the header path,label,split, found path,class");
    assert_snapshot!(complaint("path,label,split,label\na.png,cat,train,dog\n"), @"DATA/lists/labels.csv:1: has the column `label` twice; which of them is meant?");
    assert_snapshot!(complaint("path,label,split\n"), @"DATA/lists/labels.csv:1: lists no image");
    assert_snapshot!(complaint(""), @"DATA/lists/labels.csv:1: lacks the column `path`; expected the header path,label,split, found nothing");
    assert_snapshot!(complaint("path,label,split\na.png,cat,train\nx.png,dog,train\n"), @"DATA/lists/labels.csv:3: there is no file DATA/lists/x.png");
    assert_snapshot!(complaint("path,label,split\na.png,cat,train\nb.png,dog,val\n"), @r#"
    DATA/lists/labels.csv has no image of the class "dog" for train
    DATA/lists/labels.csv has no image of the class "cat" for validation; add some, or say `allow = ["missing_classes"]` in [data.audit]
    "#);
    assert_snapshot!(complaint("path,label,split\na.png,cat,train\n"), @r#"DATA/lists/labels.csv has one class only, "cat"; at least two are needed"#);
    let many: String = (0..15).map(|row| format!("{row}.png,cat,train\n")).collect();
    let many = complaint(&format!("path,label,split\n{many}z.png,dog,train\n"));
    assert_snapshot!(many.lines().skip(9).collect::<Vec<_>>().join("\n"), @r"
    DATA/lists/labels.csv:11: there is no file DATA/lists/9.png
    and 6 more
    ");
    let data = directory(&[("lists/labels.csv", b"path,label,split\n\xFF.png,cat,train\n")]);
    assert_snapshot!(portable(scan(&listed(&data)).unwrap_err(), &data), @"DATA/lists/labels.csv:2: is not UTF-8");
    let data = directory(&[]);
    assert_snapshot!(portable(scan(&listed(&data)).unwrap_err(), &data), @"cannot read DATA/lists/labels.csv: No such file or directory (os error 2)");
}

#[test]
fn a_file_that_is_split_is_not_split_again() {
    let data = data("path,label,split\na.png,cat,train\nb.png,dog,train\n");
    let mut plan = listed(&data);
    plan.source.split = Some(SplitPlan { kind: SplitKind::Hash, probabilities: vec![0.5, 0.5], seed: 0 });
    assert_snapshot!(portable(scan(&plan).unwrap_err(), &data), @"DATA/lists/labels.csv says how the images are split, so `split` in [data] cannot; remove one of the two");
}

#[test]
fn a_file_that_is_not_there_is_one_to_leave_out() {
    let data = data("path,label,split\na.png,cat,train\nb.png,dog,train\nx.png,dog,train\n");
    let manifest = scan(&DataPlan { on_error: OnError::Skip, ..listed(&data) }).unwrap();
    let (preparation, _cache) = prepared(&manifest, &listed(&data));
    let bad = preparation.bad;
    assert!(bad.iter().any(|bad| bad.path == data.path().join("lists/x.png")), "{bad:?}");
}

#[test]
fn selected_classes_alone_are_looked_for() {
    let data = data("path,label,split\na.png,a,train\nb.png,b,train\nx.png,x,train\n");
    let plan = DataPlan { classes: vec!["a".into(), "b".into()], ..listed(&data) };
    assert_eq!(scan(&plan).unwrap().train.files.len(), 2);
    let all = DataPlan { label_mode: LabelMode::Categorical, classes: Vec::new(), ..plan };
    assert_eq!(class_names(&all).unwrap(), ["a", "b", "x"]);
}

#[test]
fn what_a_list_says_cannot_move_a_cursor_nor_begin_a_line() {
    let header = complaint("\"path\u{1b}[2J\nerror: forged\",label\na.png,cat\n");
    assert!(header.contains(r"found path\u{1b}[2J\nerror: forged,label"), "{header}");
    let twice = complaint("path,label,split\n\"a\nerror: forged\",cat,train\n\"a\nerror: forged\",cat,train\n");
    assert!(twice.contains(r"a\nerror: forged stands in line 2 already"), "{twice}");
}
