//! Every target takes its kept corpus, findings of the past among it.

use fuzz::{TARGETS, corpus};

#[test]
fn every_target_holds_over_its_corpus() {
    for target in TARGETS {
        let inputs = corpus::read(target.name).unwrap();
        assert!(!inputs.is_empty(), "fuzz/corpus/{} holds no input", target.name);
        for (path, input) in inputs {
            println!("{}", path.display());
            (target.run)(&input);
        }
    }
}

#[test]
fn every_folder_of_the_corpus_belongs_to_a_target() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(TARGETS.iter().any(|target| target.name == name), "no target is named {name}");
    }
}
