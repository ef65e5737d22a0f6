//! What tests of codes share: trained models, segments, and what estimates are compared with.
#![allow(dead_code, reason = "every test file uses its own part")]

use ivory_core::{
    Candidate, Encoder, Metric, Model, RegionWriter, Scan, Trainer, TrainingParameters,
    WorkingMemory,
};

/// All encoders that make codes.
pub const ENCODERS: [Encoder; 7] = [
    Encoder::Pq { dims: 2 },
    Encoder::Pq { dims: 4 },
    Encoder::Sq { bits: 4 },
    Encoder::Sq { bits: 8 },
    Encoder::RaBitQ { bits: 1 },
    Encoder::RaBitQ { bits: 2 },
    Encoder::RaBitQ { bits: 4 },
];

pub fn train(metric: Metric, dimension: usize, nlist: usize, encoder: Encoder, v: &[f32]) -> Model {
    let trainer = Trainer::new(TrainingParameters {
        metric,
        dimension,
        nlist,
        seed: 11,
        max_iterations: 4,
        max_sample: 100_000,
        threads: 2,
        encoder,
    })
    .expect("right parameters");
    trainer.add(v).expect("right vectors");
    trainer.run().expect("a model")
}

/// Vectors of a model in cells: documents and codes.
pub struct Segment {
    pub cells: Vec<(u32, Vec<u32>, Vec<u8>)>,
}

pub fn segment(model: &Model, vectors: &[f32]) -> Segment {
    let (count, length) = (vectors.len() / model.dimension(), model.code_length());
    let (mut cells, mut codes) = (vec![0; count], vec![0; count * length]);
    model
        .encode(vectors, &mut WorkingMemory::default(), &mut cells, &mut codes)
        .expect("right vectors");
    let mut segment = Segment { cells: Vec::new() };
    for cell in 0..model.nlist() as u32 {
        let docs: Vec<u32> = (0..count).filter(|&i| cells[i] == cell).map(|i| i as u32).collect();
        let rows = docs.iter().flat_map(|&doc| &codes[doc as usize * length..][..length]).copied();
        let rows = rows.collect();
        if !docs.is_empty() {
            segment.cells.push((cell, docs, rows));
        }
    }
    segment
}

pub fn region(model: &Model, segment: &Segment) -> Vec<u8> {
    let mut writer = RegionWriter::new(model.fingerprint(), model.code_bytes(), model.factors());
    for (cell, docs, rows) in &segment.cells {
        writer.add(*cell, docs, rows).expect("in order");
    }
    writer.finish().expect("memory")
}

pub fn take(scan: &mut Scan) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    scan.take(&mut candidates).expect("memory");
    candidates
}

pub fn by_rows(scan: &mut Scan, number: u32, segment: &Segment) {
    for rank in 0..scan.cells().len() {
        let cell = scan.cells()[rank];
        if let Some((_, docs, rows)) = segment.cells.iter().find(|(c, ..)| *c == cell) {
            scan.rows(number, rank, rows, docs).expect("right rows");
        }
    }
}

/// What every estimate is compared with: distances of the vectors themselves.
pub fn distance(metric: Metric, query: &[f32], vector: &[f32]) -> f64 {
    let pairs = query.iter().zip(vector).map(|(&q, &x)| (f64::from(q), f64::from(x)));
    match metric {
        Metric::L2 => pairs.map(|(q, x)| (q - x) * (q - x)).sum(),
        Metric::Cosine | Metric::InnerProduct => -pairs.map(|(q, x)| q * x).sum::<f64>(),
    }
}

/// A model's encoder section as docs/FORMAT.md describes it.
pub struct Section {
    pub scale: f64,
    pub length: f64,
    pub origin: Vec<f64>,
    /// What follows, as numbers of four bytes.
    pub rest: Vec<f64>,
}

pub fn section(model: &Model) -> Section {
    let from = 64 + 4 * model.nlist() * model.dimension();
    let bytes = &model.file()[from..model.file().len() - 8];
    let numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let numbers: Vec<f64> = numbers.map(f64::from).collect();
    let (origin, rest) = numbers[2..].split_at(model.dimension());
    let (scale, length) = (numbers[0], numbers[1]);
    Section { scale, length, origin: origin.to_vec(), rest: rest.to_vec() }
}

impl Section {
    /// A centroid in the frame.
    pub fn centroid(&self, model: &Model, cell: u32) -> Vec<f64> {
        let row = model.centroids().row(cell as usize).zip(&self.origin);
        row.map(|(c, origin)| (f64::from(c) * self.length - origin) * self.scale).collect()
    }

    /// A vector in the frame.
    pub fn vector(&self, vector: &[f32]) -> Vec<f64> {
        let pairs = vector.iter().zip(&self.origin);
        pairs.map(|(&x, origin)| (f64::from(x) - origin) * self.scale).collect()
    }

    /// The residual that a product or scalar code stands for.
    pub fn decode(&self, model: &Model, row: &[u8]) -> Vec<f64> {
        let nibble = |n: usize| usize::from(row[n / 2] >> (4 * (n % 2)) & 15);
        let dimension = model.dimension();
        (0..dimension)
            .map(|i| match model.encoder() {
                Encoder::Pq { dims } => {
                    self.rest[(i / dims * dims + i % dims) * 16 + nibble(i / dims)]
                }
                Encoder::Sq { bits } => {
                    let level = if bits == 4 { nibble(i) } else { usize::from(row[i]) };
                    self.rest[i] + self.rest[dimension + i] * level as f64
                }
                other => panic!("{other} is no code of the vector's own components"),
            })
            .collect()
    }
}
