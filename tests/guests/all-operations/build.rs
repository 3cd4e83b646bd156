//! Writes one typed call for each operation of the catalogue, with its example arguments.

use std::fmt::Write as _;
use std::path::PathBuf;
use sunmao_catalogue::{Catalogue, Operation, Record, RecordShape, Shape, Value};

fn main() {
    let catalogue = Catalogue::shared();
    let mut code = String::from(
        "/// Calls the named operation; `None` for a name the catalogue does not have.\n\
         pub fn call(name: &str) -> Option<Result<(), types::Error>> {\n    Some(match name {\n",
    );
    for operation in catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
    {
        let _ = writeln!(code, "        {:?} => {},", operation.name, call(operation));
    }
    code.push_str("        _ => return None,\n    })\n}\n");
    let path = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("calls.rs");
    std::fs::write(path, code).expect("OUT_DIR can be written");
    println!("cargo::rerun-if-changed=../../../host/catalogue");
}

fn call(operation: &Operation) -> String {
    let module = snake(&operation.object);
    let function = identifier(&operation.verb);
    match operation.request_shape() {
        None => format!("erp::{module}::{function}().map(drop)"),
        Some(shape) => {
            let request = record(&module, &shape, &operation.example());
            format!("erp::{module}::{function}(&{request}).map(drop)")
        }
    }
}

fn record(module: &str, shape: &RecordShape, value: &Record) -> String {
    let home = if shape.shared {
        "types".to_owned()
    } else {
        format!("erp::{module}")
    };
    let members = shape.members.iter().map(|member| {
        format!(
            "{}: {}",
            identifier(&member.name),
            expression(module, &member.shape, value.get(&member.name))
        )
    });
    format!(
        "{home}::{} {{ {} }}",
        camel(&shape.name),
        members.collect::<Vec<_>>().join(", ")
    )
}

fn expression(module: &str, shape: &Shape, value: Option<&Value>) -> String {
    match (shape, value) {
        (Shape::Optional(_), None | Some(Value::Null)) => "None".to_owned(),
        (Shape::Optional(inner), value) => format!("Some({})", expression(module, inner, value)),
        (Shape::List(inner), Some(Value::List(values))) => {
            let values = values.iter().map(|value| expression(module, inner, Some(value)));
            format!("vec![{}]", values.collect::<Vec<_>>().join(", "))
        }
        (Shape::List(_), None | Some(Value::Null)) => "vec![]".to_owned(),
        (Shape::List(inner), value) => format!("vec![{}]", expression(module, inner, value)),
        (Shape::Record(shape), Some(Value::Record(value))) => record(module, shape, value),
        (Shape::Integer, Some(value)) => {
            format!("{}i64", value.as_integer().expect("an example of a whole number"))
        }
        (Shape::Bool, Some(Value::Bool(value))) => value.to_string(),
        (Shape::Decimal | Shape::Date | Shape::Text, Some(value)) => {
            format!(
                "{:?}.to_owned()",
                value.to_text().expect("an example of a scalar")
            )
        }
        (shape, value) => panic!("no example of {shape:?} in {value:?}"),
    }
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn identifier(name: &str) -> String {
    const KEYWORDS: [&str; 12] = [
        "as", "box", "enum", "final", "for", "in", "loop", "match", "move", "ref", "self", "type",
    ];
    let name = snake(name);
    if KEYWORDS.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

fn camel(name: &str) -> String {
    name.split('-')
        .map(|part| {
            let mut letters = part.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}
