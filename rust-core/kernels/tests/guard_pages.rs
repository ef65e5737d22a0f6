//! Every buffer flush against memory that may not be touched, before it and behind it.
//!
//! A failure is a crash by SIGSEGV, not a message: a kernel touched a byte outside of the slices it
//! was given. In a node this reads foreign memory or ends the process. Run with
//! `--nocapture --test-threads=1` to see the test that crashed.

#![cfg(unix)]

mod common;

use common::{Random, bits};
use ivory_kernels::{Affine, BLOCK, Grid, GridPoints, GridScratch, Kernels, Rows, Scratch, Tables};
use std::sync::atomic::AtomicBool;

/// Pages that may be used between one before and one behind that may not be touched.
struct Guarded {
    base: *mut u8,
    page: usize,
    usable: usize,
}

impl Guarded {
    /// Room for `bytes` bytes.
    fn new(bytes: usize) -> Self {
        // SAFETY: asks for a number.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let usable = bytes.div_ceil(page).max(1) * page;
        // SAFETY: a new private mapping at an address of the system's choice.
        let base = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
            libc::mmap(std::ptr::null_mut(), usable + 2 * page, libc::PROT_NONE, flags, -1, 0)
        };
        assert_ne!(base, libc::MAP_FAILED, "no memory");
        let base = base.cast::<u8>();
        // SAFETY: the pages between the first and the last of the mapping made above.
        let opened = unsafe {
            libc::mprotect(base.add(page).cast(), usable, libc::PROT_READ | libc::PROT_WRITE)
        };
        assert_eq!(opened, 0, "pages cannot be opened");
        Self { base, page, usable }
    }

    /// `length` places at the end of the room, or at its start.
    fn slice<T: Plain>(&mut self, length: usize, at_end: bool) -> &mut [T] {
        let bytes = length * size_of::<T>();
        assert!(bytes <= self.usable);
        let skipped = if at_end { self.usable - bytes } else { 0 };
        // SAFETY: within the open pages, which are initialised (with zeros); a page's end is
        // aligned for every `Plain`; the borrow of `self` keeps it the only reference.
        unsafe {
            let first = self.base.add(self.page + skipped).cast::<T>();
            assert!(first.is_aligned());
            std::slice::from_raw_parts_mut(first, length)
        }
    }

    /// A copy of `values` at the end of the room, or at its start.
    fn copy<T: Plain>(&mut self, values: &[T], at_end: bool) -> &mut [T] {
        let slice = self.slice(values.len(), at_end);
        slice.copy_from_slice(values);
        slice
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the mapping made by `new`, to which no reference is left.
        unsafe { libc::munmap(self.base.cast(), self.usable + 2 * self.page) };
    }
}

/// Numbers for which every bit pattern is a value.
trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for u32 {}
impl Plain for f32 {}
impl Plain for f64 {}

#[test]
fn a_byte_too_far_ends_the_process() {
    let mut guarded = Guarded::new(1);
    for (at_end, offset) in [(true, 1isize), (false, -1)] {
        let edge: *const u8 = &raw const guarded.slice::<u8>(1, at_end)[0];
        for (offset, crashes) in [(0, false), (offset, true)] {
            // SAFETY: the child does nothing but system calls and the one read, which is in the
            // mapping (where `offset` is 0) or meant to end it.
            let status = unsafe {
                let child = libc::fork();
                assert!(child >= 0, "no child");
                if child == 0 {
                    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
                    libc::setrlimit(libc::RLIMIT_CORE, &none);
                    libc::signal(libc::SIGSEGV, libc::SIG_DFL);
                    libc::signal(libc::SIGBUS, libc::SIG_DFL);
                    edge.wrapping_offset(offset).read_volatile();
                    libc::_exit(0);
                }
                let mut status = 0;
                assert_eq!(libc::waitpid(child, &mut status, 0), child);
                status
            };
            assert_eq!(libc::WIFSIGNALED(status), crashes, "{at_end} {offset}: {status}");
        }
    }
}

#[test]
fn distances_touch_nothing_outside() {
    let mut random = Random(10);
    let [mut query_room, mut row_room, mut index_room, mut out_room] =
        [1, 9 * 131 * 4, 1, 1].map(|bytes| Guarded::new(bytes.max(4096)));
    for dimension in (1..=67).chain([96, 127, 128, 129, 130, 131]) {
        let query = random.reals(dimension);
        for count in 0..=9 {
            let numbers = random.reals(count * dimension);
            let bytes = common::bytes_at(0, &numbers);
            // The last row, which ends at the guard, stands first and last.
            let mut index: Vec<u32> = (0..count as u32).rev().collect();
            index.extend((count as u32).checked_sub(1));
            for kernels in Kernels::available() {
                let mut plain = [vec![0.0; count], vec![0.0; count]];
                let rows = Rows::of_f32(&numbers, dimension).expect("shape");
                kernels.l2(&query, rows, &mut plain[0]);
                kernels.ip(&query, rows, &mut plain[1]);
                let plain = plain.map(|values| bits(&values));
                for at_end in [true, false] {
                    let query = &*query_room.copy(&query, at_end);
                    let rows = row_room.copy(&bytes, at_end);
                    let rows = Rows::new(rows, count, dimension).expect("shape");
                    let index = &*index_room.copy(&index, at_end);
                    let what = format!("{} {count} × {dimension}", kernels.level());
                    let out = out_room.slice::<f32>(count, at_end);
                    kernels.l2(query, rows, out);
                    assert_eq!(bits(out), plain[0], "{what}");
                    kernels.ip(query, rows, out);
                    assert_eq!(bits(out), plain[1], "{what}");
                    let named = |values: &[u32]| -> Vec<u32> {
                        index.iter().map(|&row| values[row as usize]).collect()
                    };
                    let out = out_room.slice::<f32>(index.len(), at_end);
                    kernels.l2_at(query, rows, index, out);
                    assert_eq!(bits(out), named(&plain[0]), "{what}");
                    kernels.ip_at(query, rows, index, out);
                    assert_eq!(bits(out), named(&plain[1]), "{what}");
                }
            }
        }
    }
}

#[test]
fn long_scans_touch_nothing_outside() {
    // From a mebibyte on, consecutive rows are taken one by one.
    const ROOM: usize = 1024 * 1024 + 64 * 1024;
    let mut row_room = Guarded::new(ROOM);
    let mut out_room = Guarded::new(ROOM / 2);
    row_room.slice::<f32>(ROOM / 4, true).fill(1.0);
    for dimension in [3, 17, 33, 65, 67, 127, 129, 1535] {
        let query = vec![3.0; dimension];
        for extra in 0..4 {
            let count = (1024 * 1024usize).div_ceil(dimension * 4) + extra;
            for at_end in [true, false] {
                let rows = &*row_room.slice::<u8>(count * dimension * 4, at_end);
                let rows = Rows::new(rows, count, dimension).expect("shape");
                for kernels in Kernels::available() {
                    let out = out_room.slice::<f32>(count, at_end);
                    kernels.l2(&query, rows, out);
                    assert!(out.iter().all(|&v| v == 4.0 * dimension as f32));
                    kernels.ip(&query, rows, out);
                    assert!(out.iter().all(|&v| v == 3.0 * dimension as f32));
                }
            }
        }
    }
}

#[test]
fn nearest_touches_nothing_outside() {
    let mut random = Random(11);
    let [mut centroid_room, mut bias_room, mut point_room, mut cell_room, mut key_room] =
        [70 * 35 * 4, 4096, 30 * 35 * 4, 4096, 4096].map(Guarded::new);
    for dimension in [1, 2, 3, 8, 15, 16, 17, 35] {
        for cells in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70] {
            let centroids = random.reals(cells * dimension);
            let bias = random.reals(cells);
            for count in 1..=30 {
                let points = random.reals(count * dimension);
                for kernels in Kernels::available() {
                    for at_end in [true, false] {
                        let centroids = centroid_room.copy(&centroids, at_end);
                        let bias = bias_room.copy(&bias, at_end);
                        let panels = kernels.panels(centroids, dimension, bias).expect("memory");
                        let points = &*point_room.copy(&points, at_end);
                        let found = cell_room.slice::<u32>(count, at_end);
                        let keys = key_room.slice::<f32>(count, at_end);
                        // A number that no key is, to see that every place is written.
                        found.fill(u32::MAX);
                        keys.fill(f32::NAN);
                        let mut scratch = Scratch::default();
                        let stop = AtomicBool::new(false);
                        kernels
                            .nearest(&panels, points, &mut scratch, found, keys, &stop)
                            .expect("not stopped");
                        assert!(found.iter().all(|&cell| (cell as usize) < cells));
                        assert!(keys.iter().all(|key| key.is_finite()));
                    }
                }
            }
        }
    }
}

#[test]
fn grids_touch_nothing_outside() {
    let mut random = Random(13);
    let [mut centroid_room, mut point_room, mut byte_room] =
        [70 * 35 * 4, 30 * 35 * 4, 30 * 36].map(Guarded::new);
    let [mut spread_room, mut error_room, mut cell_room, mut key_room] =
        [4096; 4].map(Guarded::new);
    for dimension in [1, 2, 3, 4, 8, 15, 16, 17, 35] {
        for cells in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70] {
            let centroids = random.reals(cells * dimension);
            for count in 1..=30 {
                let points = random.reals(count * dimension);
                for at_end in [true, false] {
                    let centroids = &*centroid_room.copy(&centroids, at_end);
                    let numbers = &*point_room.copy(&points, at_end);
                    let grid = Grid::around(numbers, dimension).expect("memory");
                    let bytes = byte_room.slice::<u8>(count * grid.row_bytes(), at_end);
                    let spreads = spread_room.slice::<f32>(count, at_end);
                    let errors = error_room.slice::<f32>(count, at_end);
                    grid.round(numbers, bytes, spreads, errors);
                    for kernels in Kernels::available() {
                        let packed = kernels.grid_cells(&grid, centroids, true).expect("memory");
                        let best = cell_room.slice::<u32>(count, at_end);
                        let keys = key_room.slice::<f64>(count, at_end);
                        best.fill(u32::MAX);
                        keys.fill(f64::INFINITY);
                        let (mut scratch, stop) = (GridScratch::default(), AtomicBool::new(false));
                        let points = GridPoints { numbers, bytes, spreads, errors };
                        kernels
                            .nearer(&packed, &points, 0, best, keys, &mut scratch, &stop)
                            .expect("not stopped");
                        assert!(best.iter().all(|&cell| (cell as usize) < cells));
                        assert!(keys.iter().all(|key| key.is_finite()));
                        kernels.keys_of(&packed, numbers, best, keys);
                        let index = [count as u32 - 1, 0];
                        let sums = key_room.slice::<f64>(dimension, at_end);
                        kernels.add_at(numbers, &index, sums);
                    }
                }
            }
        }
    }
}

#[test]
fn rows_with_gaps_are_read_without_their_gaps() {
    let mut random = Random(11);
    let mut row_room = Guarded::new(41 * 145 * 4);
    for dimension in [1, 3, 16, 17, 31, 33, 67, 128, 129] {
        let query = random.reals(dimension);
        for (count, gap) in [(1, 4), (3, 1), (5, 4), (9, 64), (40, 7)] {
            let stride = dimension * 4 + gap;
            let numbers = random.reals(count * dimension);
            // Gaps of NaN, which would show in every sum; none behind the last row.
            let mut bytes = vec![0xff; count * stride - gap];
            for (row, numbers) in numbers.chunks_exact(dimension).enumerate() {
                let place = &mut bytes[row * stride..][..dimension * 4];
                place.copy_from_slice(&common::bytes_at(0, numbers));
            }
            let index: Vec<u32> = (0..count as u32).rev().chain([count as u32 - 1]).collect();
            for kernels in Kernels::available() {
                let packed = Rows::of_f32(&numbers, dimension).expect("shape");
                for at_end in [true, false] {
                    let bytes = row_room.copy(&bytes, at_end);
                    let rows = Rows::strided(bytes, count, dimension, stride).expect("shape");
                    for rows_of in [
                        |k: &Kernels, q: &[f32], r: Rows<'_>, _: &[u32], out: &mut [f32]| {
                            k.l2(q, r, out);
                        },
                        |k: &Kernels, q: &[f32], r: Rows<'_>, _: &[u32], out: &mut [f32]| {
                            k.ip(q, r, out);
                        },
                        |k: &Kernels, q: &[f32], r: Rows<'_>, i: &[u32], out: &mut [f32]| {
                            k.l2_at(q, r, &i[1..], out);
                        },
                        |k: &Kernels, q: &[f32], r: Rows<'_>, i: &[u32], out: &mut [f32]| {
                            k.ip_at(q, r, &i[1..], out);
                        },
                    ] {
                        let mut out = [vec![0.0; count], vec![0.0; count]];
                        rows_of(kernels, &query, packed, &index, &mut out[0]);
                        rows_of(kernels, &query, rows, &index, &mut out[1]);
                        let [packed, gaps] = out.map(|values| bits(&values));
                        assert_eq!(gaps, packed, "{} {count} × {dimension}", kernels.level());
                    }
                }
            }
        }
    }
}

#[test]
fn scans_and_packing_touch_nothing_outside() {
    let mut random = Random(12);
    let mut room = Guarded::new(70 * 80);
    let mut row_room = Guarded::new(BLOCK * 80);
    for code_bytes in (0..=20).chain([24, 31, 32, 33, 47, 64]) {
        let entries: Vec<u8> = (0..code_bytes * 32).map(|_| random.next() as u8).collect();
        for factors in 0..=3 {
            let affine = Affine { base: 1.0, scale: 0.5, offset: 2.0, factors: factors as u32 };
            let length = code_bytes + 4 * factors;
            for count in (0..=33).chain([48, 63, 64, 65, 69]) {
                let bytes: Vec<u8> =
                    (0..count * length).map(|_| random.next() as u8 & 0x3f).collect();
                let mut expected = None;
                for kernels in Kernels::available() {
                    let mut tables = Tables::default();
                    kernels.tables(&entries, &mut tables).expect("memory");
                    for at_end in [true, false] {
                        let blocks = &*room.copy(&bytes, at_end);
                        let mut out = Vec::with_capacity(count);
                        let all = f32::INFINITY;
                        kernels.scan(&tables, &affine, blocks, count, all, 0, &mut out);
                        assert_eq!(out.len(), count);
                        let found: Vec<_> = out.iter().map(|f| f.estimate.to_bits()).collect();
                        assert_eq!(&found, expected.get_or_insert_with(|| found.clone()));
                        if count <= BLOCK {
                            let rows = &*row_room.copy(&bytes, at_end);
                            let block = room.slice::<u8>(bytes.len(), at_end);
                            kernels.pack(rows, count, code_bytes, factors, block);
                        }
                    }
                }
            }
        }
    }
}
