//! From vectors to a model and back, on real vectors.

mod common;

use common::{Folder, data, fvecs, json, npy, numbers, run, sift};
use serde_json::Value;
use std::fs;

const BASE: usize = 20_000;
const NLIST: usize = 200;

/// Recall of the point at so many cells, and the share of vectors scanned.
fn point(report: &Value, nprobe: u64) -> (f64, f64) {
    let points = report["points"].as_array().expect("points");
    let point = points.iter().find(|point| point["nprobe"] == nprobe).expect("the point");
    (point["recall"].as_f64().expect("recall"), point["share_scanned"].as_f64().expect("share"))
}

#[test]
fn train_inspect_assign_evaluate() {
    let folder = Folder::new("pipeline");
    folder.write("base.bvecs", &sift("base", BASE));
    folder.write("query.bvecs", &sift("query", 100));
    let train = ["train", "base.bvecs", "-o", "m.ivory", "--nlist", "200", "--sample", "10000"];
    let trained = json(&folder, &train);
    assert_eq!(
        (&trained["vectors_offered"], &trained["vectors_used"]),
        (&20_000.into(), &10_000.into())
    );
    assert_eq!(trained["encoder"], serde_json::json!({"name": "pq", "parameters": {"dims": 2}}));
    let length = fs::metadata(folder.path("m.ivory")).expect("a model").len();
    assert_eq!(trained["size_in_bytes"], length);

    let inspected = json(&folder, &["inspect", "m.ivory", "base.bvecs"]);
    for name in ["fingerprint", "nlist", "dimension", "space_type", "encoder", "size_in_bytes"] {
        assert_eq!(inspected[name], trained[name], "{name}");
    }
    assert_eq!(inspected["vectors"], BASE);

    let assigned = json(&folder, &["assign", "-m", "m.ivory", "-o", "cells.npy", "base.bvecs"]);
    json(&folder, &["assign", "-m", "m.ivory", "-o", "cells.ivecs", "base.bvecs"]);
    assert_eq!(assigned["cell_sizes"], inspected["cell_sizes"]);
    let header = ivory_files::npy_header("<u4", &[BASE as u64]);
    let cells = fs::read(folder.path("cells.npy")).expect("cells");
    assert!(cells.starts_with(&header) && cells.len() == header.len() + 4 * BASE);
    let model = ivory_core::Model::from_file(fs::read(folder.path("m.ivory")).expect("a model"));
    let mut expected = vec![0; BASE];
    model
        .expect("a model")
        .assign(
            &numbers(&sift("base", BASE)),
            &mut ivory_core::WorkingMemory::default(),
            &mut expected,
        )
        .expect("assigned");
    let found =
        cells[header.len()..].chunks(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    assert!(found.eq(expected.iter().copied()));
    let rows: Vec<u8> =
        expected.iter().flat_map(|cell| [1, *cell]).flat_map(u32::to_le_bytes).collect();
    assert!(fs::read(folder.path("cells.ivecs")).expect("cells") == rows);
    let largest = expected.iter().fold([0u64; NLIST], |mut sizes, &cell| {
        sizes[cell as usize] += 1;
        sizes
    });
    assert_eq!(assigned["cell_sizes"]["largest"].as_u64(), largest.into_iter().max());

    let evaluate = ["evaluate", "-m", "m.ivory", "-q", "query.bvecs", "base.bvecs"];
    let report = json(&folder, &[&evaluate[..], &["--plot", "p.svg"]].concat());
    let (recall, share) = point(&report, 16);
    assert!(recall > 0.85 && share < 0.12, "{recall} at {share}");
    assert!(point(&report, 1).0 < recall);
    assert_eq!(point(&report, NLIST as u64), (1.0, 1.0));
    let plot = fs::read_to_string(folder.path("p.svg")).expect("a plot");
    assert!(plot.starts_with("<svg") && plot.contains("recall@10") && plot.ends_with("</svg>\n"));

    let names = ["base.bvecs", "cells.ivecs", "cells.npy", "m.ivory", "p.svg", "query.bvecs"];
    assert_eq!(folder.names(), names);
    let text = run(&folder, &[&evaluate[..], &["--nprobe", "16"]].concat()).stdout;
    let line = format!("    16  {recall:>12.4}  ");
    assert!(String::from_utf8(text).expect("text").contains(&line), "{line}");
}

#[test]
fn a_given_ground_truth_gives_the_recall_of_the_exact_search() {
    let folder = Folder::new("truth");
    let base = data("glove/base_f16.npy").display().to_string();
    let query = data("glove/query_f16.npy").display().to_string();
    let train = ["train", &base, "-o", "m", "--space-type", "cosinesimil", "--nlist", "140"];
    json(&folder, &[&train[..], &["--sample", "10000", "--encoder", "none"]].concat());
    let evaluate = ["evaluate", "-m", "m", &base, "-q", &query, "--nprobe", "14,7"];
    let exact = json(&folder, &evaluate);
    let truth = data("glove/groundtruth.ivecs").display().to_string();
    let given = json(&folder, &[&evaluate[..], &["-g", &truth]].concat());
    for nprobe in [7, 14] {
        let (recall, share) = point(&exact, nprobe);
        assert!(recall > 0.7 && share < 0.2, "{recall} at {share}");
        // Rounding may exchange neighbours that are as near as one another.
        assert!((point(&given, nprobe).0 - recall).abs() < 0.002);
        assert_eq!(point(&given, nprobe).1, share);
    }
}

#[test]
fn nothing_depends_on_threads_or_on_the_form_of_the_files() {
    let folder = Folder::new("forms");
    let bytes = sift("base", 3000);
    let rows = numbers(&bytes);
    folder.write("a.bvecs", &bytes);
    folder.write("a.npy", &npy(&rows, 128));
    folder.write("a.fvecs", &fvecs(&rows, 128));
    folder.write("1.npy", &npy(&rows[..1001 * 128], 128));
    folder.write("2.fvecs", &fvecs(&[], 128));
    folder.write("3.fvecs", &fvecs(&rows[1001 * 128..], 128));
    let forms: [(&[&str], &str); 5] = [
        (&["a.bvecs"], "1"),
        (&["a.bvecs"], "2"),
        (&["a.npy"], "2"),
        (&["a.fvecs"], "3"),
        (&["1.npy", "2.fvecs", "3.fvecs"], "2"),
    ];
    let mut models = Vec::new();
    for (files, threads) in forms {
        let options = ["--nlist", "30", "--sample", "2000", "--threads", threads];
        json(&folder, &[&["train", "-o", "m"], files, &options].concat());
        let evaluate = ["evaluate", "-m", "m", "-q", "1.npy", "-k", "3", "--threads", threads];
        let mut report = json(&folder, &[&evaluate[..], files].concat());
        report["seconds"] = Value::Null;
        json(
            &folder,
            &[&["assign", "-m", "m", "-o", "c.npy", "--threads", threads], files].concat(),
        );
        let files = [folder.path("m"), folder.path("c.npy")];
        models.push((files.map(|path| fs::read(path).expect("a file")), report));
    }
    assert!(models.iter().all(|model| *model == models[0]));
    json(
        &folder,
        &["train", "-o", "m", "a.npy", "--nlist", "30", "--sample", "2000", "--seed", "-1"],
    );
    assert!(fs::read(folder.path("m")).expect("a model") != models[0].0[0], "another seed");
}

#[test]
fn an_older_model_can_be_refined() {
    let folder = Folder::new("refined");
    folder.write("a.bvecs", &sift("base", 4000));
    folder.write("b.bvecs", &sift("base", 6000)[2000 * 132..]);
    let older =
        json(&folder, &["train", "a.bvecs", "-o", "a", "--nlist", "40", "--encoder", "sq:8"]);
    let refine = |iterations: &str, output: &str| {
        let arguments =
            ["train", "b.bvecs", "--from", "a", "--iterations", iterations, "-o", output];
        json(&folder, &arguments)
    };
    let refined = refine("2", "b");
    for name in ["nlist", "dimension", "space_type", "encoder"] {
        assert_eq!(refined[name], older[name], "{name}");
    }
    assert_ne!(refined["fingerprint"], older["fingerprint"]);
    // Two iterations from there are better than two from scratch.
    let fresh = ["train", "b.bvecs", "-o", "c", "--nlist", "40", "--iterations", "2"];
    let inertia = |report: &Value| report["inertia"].as_f64().expect("inertia");
    assert!(inertia(&refined) < inertia(&json(&folder, &fresh)));
    assert_eq!(refine("2", "d")["fingerprint"], refined["fingerprint"]);
}
