//! The columns of a file, and which of them holds vectors.

use super::thrift::{Flaw, Thrift, kind};
use super::values::Type;
use crate::error::{Fault, Outcome};

/// Names of columns that an error message lists, at most.
const MOST_LISTED: usize = 8;

/// One element of the schema, which is a tree in depth-first order.
#[derive(Debug, Default)]
pub(super) struct SchemaElement {
    physical: Option<i64>,
    length: i64,
    repetition: i64,
    name: String,
    children: usize,
    is_float16: bool,
}

impl SchemaElement {
    pub fn parse(thrift: &mut Thrift<'_>) -> Result<Self, Flaw> {
        let mut element = Self::default();
        thrift.fields(|thrift, number, kind| {
            match (number, kind) {
                (1, kind::I32) => element.physical = Some(thrift.integer()?),
                (2, kind::I32) => element.length = thrift.integer()?,
                (3, kind::I32) => element.repetition = thrift.integer()?,
                (4, kind::BINARY) => {
                    element.name = String::from_utf8_lossy(thrift.binary()?).into_owned();
                }
                (5, kind::I32) => {
                    element.children = usize::try_from(thrift.integer()?)
                        .map_err(|_| Flaw::Wrong("a negative number of children"))?;
                }
                (10, kind::STRUCT) => thrift.fields(|_, number, _| {
                    element.is_float16 |= number == 15;
                    Ok(false)
                })?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(element)
    }

    fn number(&self) -> Option<Type> {
        match (self.physical?, self.length, self.is_float16) {
            (4, ..) => Some(Type::F32),
            (5, ..) => Some(Type::F64),
            (7, 2, true) => Some(Type::F16),
            _ => None,
        }
    }
}

/// A list of numbers in each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// The path with dots.
    pub name: String,
    /// Its number among the columns that hold data.
    pub leaf: usize,
    pub number: Type,
    /// Definition level of a number that is there.
    pub defined: u32,
    /// Definition level from which on there is an element, which may be null.
    pub element: u32,
}

/// What is known on the way down to a column.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    /// Children still to come.
    left: usize,
    path: usize,
    defined: u32,
    element: u32,
    repeated: u32,
}

/// Finds the column that is meant: the only list of numbers, or that of the name.
pub(super) fn choose(schema: &[SchemaElement], wanted: Option<&str>) -> Outcome<Column> {
    let lists = lists(schema).map_err(Fault::new)?;
    let names = |columns: &[Column]| {
        let mut names: Vec<&str> =
            columns.iter().take(MOST_LISTED).map(|column| column.name.as_str()).collect();
        if columns.len() > MOST_LISTED {
            names.push("…");
        }
        names.join(", ")
    };
    if lists.is_empty() {
        return Err(Fault::new("has no column with lists of half, float or double"));
    }
    let Some(wanted) = wanted else {
        return match <[Column; 1]>::try_from(lists) {
            Ok([column]) => Ok(column),
            Err(lists) => Err(Fault::new(format!(
                "has several columns with lists, name one of them: {}",
                names(&lists)
            ))),
        };
    };
    let is_meant = |column: &&Column| {
        column.name == wanted
            || column.name.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut meant = lists.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(column), None) => Ok(column.clone()),
        (Some(_), Some(_)) => {
            Err(Fault::new(format!("column {wanted:?} holds several lists, give the full path")))
        }
        (None, _) => Err(Fault::new(format!(
            "has no column {wanted:?} with lists of half, float or double; there are: {}",
            names(&lists)
        ))),
    }
}

/// All columns that hold one list of numbers in each row.
fn lists(schema: &[SchemaElement]) -> Result<Vec<Column>, &'static str> {
    const WRONG: &str = "footer: the schema is no tree";
    let Some((root, elements)) = schema.split_first() else {
        return Err(WRONG);
    };
    let mut found = Vec::new();
    let mut path = String::new();
    let mut ways = vec![Way { left: root.children, ..Way::default() }];
    let mut leaf = 0;
    for element in elements {
        while ways.last().is_some_and(|way| way.left == 0) {
            ways.pop();
        }
        let above = ways.last_mut().ok_or(WRONG)?;
        above.left -= 1;
        let above = *above;
        path.truncate(above.path);
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&element.name);
        let mut way = Way { left: element.children, path: path.len(), ..above };
        match element.repetition {
            0 => {}
            1 => way.defined += 1,
            2 => {
                way.defined += 1;
                way.repeated += 1;
                way.element = way.defined;
            }
            _ => return Err("footer: the schema has an unknown repetition"),
        }
        if element.children > 0 {
            ways.push(way);
            continue;
        }
        if let (Some(number), 1) = (element.number(), way.repeated) {
            found.push(Column {
                name: path.clone(),
                leaf,
                number,
                defined: way.defined,
                element: way.element,
            });
        }
        leaf += 1;
    }
    if ways.iter().any(|way| way.left > 0) {
        return Err(WRONG);
    }
    Ok(found)
}
