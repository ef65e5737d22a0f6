//! Which level is chosen, and the sentence that says why.
//!
//! A failure means that a wish for a level is misread or obeyed on a machine that cannot run it
//! (an illegal instruction ends the node), or that the log does not tell what is in use.

use ivory_kernels::{Kernels, Level, Selection};
use std::ffi::OsString;
use std::process::Command;

#[test]
fn without_a_wish_the_best_level_serves() {
    let best = Level::best();
    for wanted in [None, Some(""), Some("  \t")] {
        let selection = Selection::of(wanted);
        assert_eq!(selection.level, best);
        assert_eq!(selection.reason, format!("{best} is the best level of this machine"));
    }
}

#[test]
fn each_name_is_obeyed_where_the_machine_has_the_level() {
    for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
        for name in [level.name().to_owned(), format!(" {}\n", level.name().to_uppercase())] {
            let selection = Selection::of(Some(&name));
            assert_eq!(selection.level, level, "{name:?}");
            assert_eq!(selection.reason, format!("IVORY_SIMD={level} asks for it"));
        }
    }
}

#[test]
fn a_level_that_the_machine_lacks_is_not_obeyed() {
    let best = Level::best();
    let lacking: Vec<_> = Level::ALL.into_iter().filter(|level| !level.is_available()).collect();
    assert!(!lacking.is_empty(), "no machine has both NEON and AVX");
    for level in lacking {
        let selection = Selection::of(Some(level.name()));
        assert_eq!(selection.level, best);
        assert_eq!(
            selection.reason,
            format!("IVORY_SIMD={level} is not available on this machine, using {best}")
        );
        assert!(Kernels::at(level).is_none());
    }
}

#[test]
fn an_unknown_name_is_not_obeyed_and_the_known_ones_are_listed() {
    let best = Level::best();
    for name in ["sse2", "avx", "avx2,fma", "0", "avx-512", "none", "a\nb", "é"] {
        let selection = Selection::of(Some(name));
        assert_eq!(selection.level, best, "{name:?}");
        assert!(selection.reason.starts_with(&format!("IVORY_SIMD={name:?} is none of")));
        assert!(selection.reason.ends_with(&format!("using {best}")), "{}", selection.reason);
        for level in Level::ALL {
            assert!(selection.reason.contains(level.name()), "{}", selection.reason);
        }
        assert!(!selection.reason.contains('\n'), "one line of a log");
    }
}

#[test]
fn names_and_levels_belong_together() {
    for level in Level::ALL {
        assert_eq!(Level::parse(level.name()), Some(level));
        assert_eq!(level.to_string(), level.name());
        assert_eq!(Kernels::at(level).map(Kernels::level), level.is_available().then_some(level));
    }
    assert!(Level::Scalar.is_available(), "there is always one");
    let available: Vec<_> = Kernels::available().map(Kernels::level).collect();
    assert_eq!(available.first(), Some(&Level::Scalar));
    assert_eq!(available.last(), Some(&Level::best()));
}

/// Run once more with each wish by the test below.
#[test]
fn the_process_uses_what_its_environment_asks_for() {
    let wanted = std::env::var_os(Selection::VARIABLE);
    let wanted = wanted.as_deref().map(|name| name.to_string_lossy());
    let expected = Selection::of(wanted.as_deref());
    assert_eq!(Selection::of_environment(), expected);
    assert_eq!(Kernels::selection(), &expected);
    assert_eq!(Kernels::active().level(), expected.level);
}

#[test]
fn every_wish_in_the_environment_gives_a_process_that_works() {
    let mut wishes: Vec<OsString> = Level::ALL.map(|level| level.name().into()).into();
    wishes.push("nonsense".into());
    #[cfg(unix)]
    wishes.push(std::os::unix::ffi::OsStringExt::from_vec(vec![b'a', 0xff]));
    for wish in wishes {
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "the_process_uses_what_its_environment_asks_for"])
            .env(Selection::VARIABLE, &wish)
            .output()
            .expect("a child");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{wish:?}: {text}");
    }
}
