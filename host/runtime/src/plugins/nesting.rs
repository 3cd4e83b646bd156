//! The outside of a component, looked at before anything compiles it: how deep its parts lie in each other, and how many
//! there are. A compiler goes through them by recursion and keeps something of each.

use wasmparser::{Parser, Payload};

/// Deepest nesting. A plugin made of several components by composition has three or four levels.
const DEEPEST: usize = 16;
/// Most modules and components in all.
const MOST_PARTS: usize = 1_000;

/// What is unreasonable about a component's make-up; none if it may be compiled.
///
/// # Errors
/// It is no WebAssembly, or nested too deep, or has too many parts.
pub fn check(content: &[u8]) -> Result<(), String> {
    let (mut depth, mut parts) = (0, 0);
    for payload in Parser::new(0).parse_all(content) {
        match payload.map_err(|error| error.to_string())? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                depth += 1;
                parts += 1;
            }
            // The outermost one ends too.
            Payload::End(_) => depth = usize::saturating_sub(depth, 1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(format!("components nested deeper than {DEEPEST}"));
        }
        if parts > MOST_PARTS {
            return Err(format!("more than {MOST_PARTS} modules and components in one"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> Vec<u8> {
        let text = format!("{}{}", "(component ".repeat(depth + 1), ")".repeat(depth + 1));
        wat::parse_str(text).expect("sound text")
    }

    #[test]
    fn depth_and_number_of_parts_are_bounded() {
        check(&nested(DEEPEST)).expect("deep");
        check(&nested(DEEPEST + 1)).expect_err("deeper");
        let many = |parts: usize| {
            let text = format!("(component {})", "(core module) (component)".repeat(parts / 2));
            check(&wat::parse_str(text).expect("sound text"))
        };
        many(MOST_PARTS).expect("many");
        many(MOST_PARTS + 2).expect_err("more");
        check(b"\0asm").expect_err("half a header");
    }
}
