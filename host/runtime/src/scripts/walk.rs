//! What a script's syntax tree mentions: calls and outer variables. Read before anything of it runs.

use rhai::{AST, ASTNode, Expr, FnCallExpr, Position, Stmt};

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The module, `customers`; empty for functions that need none.
    pub module: String,
    /// The function.
    pub name: String,
    /// How many arguments it is given.
    pub arguments: usize,
    /// Where.
    pub position: Position,
}

/// A variable that is no local one, `global::LIMIT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outer {
    /// The module; empty for a bare name.
    pub module: String,
    /// The variable.
    pub name: String,
    /// Where.
    pub position: Position,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Mentions {
    /// Calls by name. Methods are not among them: their names depend on the value.
    pub calls: Vec<Call>,
    /// Variables that the function they stand in does not have, as far as Rhai places them.
    pub variables: Vec<Outer>,
}

/// Reads a whole tree, functions and closures included.
pub fn mentions(ast: &AST) -> Mentions {
    let mut mentions = Mentions::default();
    ast.walk(&mut |path: &[ASTNode<'_>]| visit(&mut mentions, path));
    mentions
}

fn visit(mentions: &mut Mentions, path: &[ASTNode<'_>]) -> bool {
    match path.last() {
        Some(ASTNode::Stmt(Stmt::FnCall(call, position)) | ASTNode::Expr(Expr::FnCall(call, position))) => {
            mentions.call(call, *position);
        }
        Some(ASTNode::Expr(Expr::Variable(variable, _, position))) if variable.0.is_none() => {
            let (module, name) = (variable.2.to_string(), variable.1.to_string());
            mentions.variables.push(Outer {
                module,
                name,
                position: *position,
            });
        }
        // Rhai's walk passes the value of a `break` by.
        Some(ASTNode::Stmt(Stmt::BreakLoop(Some(value), ..))) => {
            return value.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| visit(mentions, path));
        }
        _ => {}
    }
    true
}

impl Mentions {
    fn call(&mut self, call: &FnCallExpr, position: Position) {
        if call.is_operator_call() {
            return;
        }
        self.calls.push(Call {
            module: call.namespace.to_string(),
            name: call.name.to_string(),
            arguments: call.args.len(),
            position: if call.namespace.is_empty() {
                position
            } else {
                call.namespace.position()
            },
        });
    }
}
