//! A host without flows and extensions, and whatever its configuration says.

use crate::support::{Running, Sunmao, simulator};
use sunmao_simulator::{Options, Simulator};

pub struct Bare {
    pub _erp: Simulator,
    pub sunmao: Sunmao,
    pub running: Running,
    pub url: String,
}

/// One with this `sunmao.toml` and these variables.
pub async fn bare(configuration: &str, variables: &[(&str, &str)]) -> Bare {
    let options = Options {
        size: 10,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let sunmao = variables
        .iter()
        .fold(sunmao, |sunmao, (name, value)| sunmao.with(name, value));
    sunmao.write("sunmao.toml", configuration);
    served(erp, sunmao).await
}

/// One in a folder that is furnished.
pub async fn served(erp: Simulator, sunmao: Sunmao) -> Bare {
    let mut running = sunmao.start(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    let ready = running.next().await.expect("the host is ready");
    let url = ready["url"].as_str().unwrap().to_owned();
    Bare {
        _erp: erp,
        sunmao,
        running,
        url,
    }
}

impl Bare {
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}
