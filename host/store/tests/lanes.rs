//! Whatever workers do and whenever they die: lanes keep their order, nothing is lost, nothing comes twice.

#[path = "lanes/ends.rs"]
mod ends;
#[path = "lanes/model.rs"]
mod model;

use std::error::Error;

use model::{Model, Step};
use proptest::prelude::*;
use sunmao_store::Store;

fn step() -> impl Strategy<Value = Step> {
    let key = 0..2_usize;
    prop_oneof![
        2 => key.clone().prop_map(Step::EnqueueEvent),
        6 => key.prop_map(Step::EnqueueState),
        6 => (1..3_u32, 1..20_i64).prop_map(|(limit, seconds)| Step::Lease { limit, seconds }),
        5 => any::<prop::sample::Index>().prop_map(Step::Complete),
        2 => (any::<prop::sample::Index>(), 0..20_i64).prop_map(|(which, seconds)| Step::Release { which, seconds }),
        4 => any::<prop::sample::Index>().prop_map(Step::Bury),
        1 => (any::<prop::sample::Index>(), 1..20_i64).prop_map(|(which, seconds)| Step::Extend { which, seconds }),
        2 => any::<prop::sample::Index>().prop_map(Step::FinishLate),
        1 => Just(Step::RetryDead),
        4 => (1..15_i64).prop_map(Step::Wait),
        1 => Just(Step::Restart),
    ]
}

async fn play(steps: Vec<Step>) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let mut model = Model::new(Store::open(&path).await?);
    for step in steps {
        if matches!(step, Step::Restart) {
            model.restart(&path).await?;
        } else {
            model.play(step).await?;
        }
    }
    model.drain().await
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lanes_are_never_violated(steps in prop::collection::vec(step(), 1..90)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let played = runtime.block_on(play(steps));
        prop_assert!(played.is_ok(), "{played:?}");
    }
}
