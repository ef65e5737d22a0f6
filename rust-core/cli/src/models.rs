//! Model files.

use crate::failure::Failure;
use ivory_core::{Encoder, Model, file_length_range};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Reads a model file.
pub fn read(path: &Path) -> Result<Model, Failure> {
    let bytes = bytes(path).map_err(|error| Failure::of_file(path, error))?;
    Model::from_file(bytes).map_err(|error| Failure::of_file(path, error))
}

/// The bytes of a file, if they can be a model's. No more memory is asked for than the file has.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let (length, most) = (metadata.len(), *file_length_range().end());
    if length > most {
        return Err(format!("model file: [length] is {length} bytes, the largest has {most}"));
    }
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(length as usize)
        .map_err(|error| format!("not enough memory: {error}"))?;
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// What is to be said of a model, under the names that a node uses.
pub fn describe(model: &Model) -> Map<String, Value> {
    let encoder = model.encoder();
    let mut map = Map::new();
    let mut put = |name: &str, value| map.insert(name.to_owned(), value);
    put("space_type", json!(crate::arguments::space_type(model.metric())));
    put("dimension", json!(model.dimension()));
    put("nlist", json!(model.nlist()));
    if model.groups() > 0 {
        put("groups", json!(model.groups()));
    }
    put("encoder", encoder_json(encoder));
    put("code_size_in_bytes", json!(model.code_length()));
    put("fingerprint", json!(format!("{:016x}", model.fingerprint())));
    put("size_in_bytes", json!(model.file().len()));
    map
}

fn encoder_json(encoder: Encoder) -> Value {
    match crate::arguments::encoder_name(encoder) {
        (name, None) => json!({ "name": name }),
        (name, Some(parameter)) => {
            json!({ "name": name, "parameters": { parameter: encoder.parameter() } })
        }
    }
}
