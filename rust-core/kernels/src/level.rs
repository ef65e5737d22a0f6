//! Instruction-set levels: what exists, what this machine has, what is asked for.

use std::fmt;

/// An instruction-set level. Higher levels are faster; all give the same results up to rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Plain Rust for the baseline ABI; the reference for the others.
    Scalar,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512 F.
    Avx512,
    /// AArch64 Advanced SIMD.
    Neon,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Level; 4] = [Level::Scalar, Level::Neon, Level::Avx2, Level::Avx512];

    /// The name used in settings, logs and statistics.
    pub fn name(self) -> &'static str {
        match self {
            Level::Scalar => "scalar",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
            Level::Neon => "neon",
        }
    }

    /// The level with that name; case and surrounding blanks do not matter.
    pub fn parse(name: &str) -> Option<Level> {
        let name = name.trim().to_ascii_lowercase();
        Level::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Whether this machine (processor and operating system) can run the level.
    pub fn is_available(self) -> bool {
        match self {
            Level::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => is_x86_feature_detected!("avx512f") && Level::Avx2.is_available(),
            #[cfg(target_arch = "aarch64")]
            Level::Neon => std::arch::is_aarch64_feature_detected!("neon"),
            #[allow(unreachable_patterns, reason = "which levels can exist depends on the target")]
            _ => false,
        }
    }

    /// The highest level that this machine has.
    pub fn best() -> Level {
        Level::ALL.into_iter().rfind(|level| level.is_available()).unwrap_or(Level::Scalar)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The level in use and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The level in use.
    pub level: Level,
    /// Whether that is what was asked for, if anything was.
    pub obeyed: bool,
    /// One sentence for logs.
    pub reason: String,
}

impl Selection {
    /// Environment variable that forces a level.
    pub const VARIABLE: &'static str = "IVORY_SIMD";

    /// Chooses the best level, or the one that `wanted` names. A name that is unknown, or that this
    /// machine cannot run, is not obeyed: the best level serves and the reason says so.
    pub fn of(wanted: Option<&str>) -> Selection {
        let best = Level::best();
        let wanted = wanted.map(str::trim).filter(|name| !name.is_empty());
        let (level, obeyed, reason) = match wanted.map(|name| (name, Level::parse(name))) {
            None => (best, true, format!("{best} is the best level of this machine")),
            Some((_, Some(level))) if level.is_available() => {
                (level, true, format!("{}={level} asks for it", Self::VARIABLE))
            }
            Some((_, Some(level))) => (
                best,
                false,
                format!(
                    "{}={level} is not available on this machine, using {best}",
                    Self::VARIABLE
                ),
            ),
            Some((name, None)) => (
                best,
                false,
                format!(
                    "{}={name:?} is none of scalar, avx2, avx512, neon, using {best}",
                    Self::VARIABLE
                ),
            ),
        };
        Selection { level, obeyed, reason }
    }

    /// Chooses by the environment variable [`Selection::VARIABLE`].
    pub fn of_environment() -> Selection {
        let wanted = std::env::var_os(Self::VARIABLE);
        Self::of(wanted.as_deref().map(|w| w.to_string_lossy()).as_deref())
    }
}
