//! `sunmao flow`: what each flow does, how it stands, and letting it run, pausing it, letting it go on.

mod preview;
mod test;

use super::schedule::time;
use crate::api::flows::{Fired, Flow as Shown, FlowPage};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::{Remote, Target};
use clap::{Args, Subcommand};
use preview::Preview;
use test::Test;

/// Look at a running host's flows, let one run now, hold one back, or test guests with their fixtures
#[derive(Debug, Args)]
pub struct Flow {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    host: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the flows
    List,
    /// Draw one: what sets it off, its steps, where its records go
    Show {
        name: String,
    },
    /// Let one run now that reads a list or has a schedule
    Run {
        name: String,
    },
    /// Hold one's work back until it is resumed, also over restarts
    Pause {
        name: String,
    },
    /// Let one go on; what was due while it was paused is not made up for
    Resume {
        name: String,
    },
    Preview(Preview),
    Test(Test),
}

impl Flow {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        // It needs no host.
        if let Action::Test(test) = self.action {
            return test.run(context).await;
        }
        let remote = self.host.connect(context)?;
        let style = context.style();
        match self.action {
            Action::List => {
                let page: FlowPage = remote.get("/v1/flows", &()).await?;
                list(&page, style);
            }
            Action::Show { name } => {
                let flow: Shown = remote.get(&path(&name, ""), &()).await?;
                show(&flow, style);
            }
            Action::Run { name } => {
                let fired: Fired = ask(&remote, &name, "/run").await?;
                match style {
                    Style::Json => output::json(&fired),
                    Style::Text => output::line(match fired.delivery {
                        Some(delivery) => format!("{name} runs: delivery {delivery}"),
                        None => format!("{name} has just been let run"),
                    }),
                }
            }
            Action::Pause { name } => ended(&ask(&remote, &name, "/pause").await?, style),
            Action::Resume { name } => ended(&ask(&remote, &name, "/resume").await?, style),
            Action::Preview(preview) => return preview.run(&remote, style).await,
            Action::Test(_) => {}
        }
        Ok(())
    }
}

async fn ask<T: serde::de::DeserializeOwned>(remote: &Remote, name: &str, what: &str) -> Result<T, Failure> {
    remote.post(&path(name, what), &()).await
}

/// A flow's path; its name may hold anything.
fn path(name: &str, what: &str) -> String {
    let name = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    format!("/v1/flows/{name}{what}")
}

fn list(page: &FlowPage, style: Style) {
    if style == Style::Json {
        return output::json(page);
    }
    if page.items.is_empty() {
        return output::line("There are none. A table [flow.NAME] in sunmao.toml makes one.");
    }
    let header = ["flow", "source", "sink", "waiting", "dead", "next", "state"];
    let row = |flow: &Shown| {
        let next = flow
            .schedules
            .iter()
            .filter_map(|schedule| schedule.next_fire_at)
            .min();
        vec![
            flow.name.clone(),
            flow.source_words(),
            flow.sink.words(),
            flow.waiting.to_string(),
            flow.dead.to_string(),
            time(next),
            state(flow),
        ]
    };
    output::line(output::table(header, page.items.iter().map(row)));
}

fn state(flow: &Shown) -> String {
    match (flow.paused, &flow.held_up) {
        (true, _) => "paused".to_owned(),
        (false, Some(held_up)) => held_up.message.clone(),
        (false, None) => "at work".to_owned(),
    }
}

fn show(flow: &Shown, style: Style) {
    if style == Style::Json {
        return output::json(flow);
    }
    output::line(&flow.name);
    flow.drawing().into_iter().for_each(output::line);
    output::line(format!(
        "{}; {} wait, {} dead",
        state(flow),
        flow.waiting,
        flow.dead
    ));
    for schedule in &flow.schedules {
        let (last, next) = (time(schedule.last_fire_at), time(schedule.next_fire_at));
        let outcome = schedule.outcome.as_deref().unwrap_or_default();
        let missed = schedule.missed;
        output::line(format!(
            "{}: last {last} {outcome}; missed {missed}; next {next}",
            schedule.rule
        ));
    }
    if let Some(held_up) = &flow.held_up {
        output::line(format!("hint: {}", held_up.hint));
    }
}

fn ended(flow: &Shown, style: Style) {
    match style {
        Style::Json => output::json(flow),
        Style::Text => output::line(format!("{}: {}", flow.name, state(flow))),
    }
}
