//! Warehouses: the lists before and after version 32.15 show the same names.

use super::{Rules, State};
use sunmao_catalogue::Value;

/// The object's name.
const WAREHOUSES: &str = "warehouses";

pub(super) const RULES: Rules = Rules {
    states: &[State {
        wire: "Del",
        label: "状态",
        codes: &[("1", "启用"), ("2", "停用")],
    }],
    settle: |world| {
        world.fit(WAREHOUSES, |_, ord| {
            let name = format!("{ord}号库");
            vec![
                ("Name", Value::from(name.as_str())),
                ("Sort1", name.as_str().into()),
                ("Del", "1".into()),
                ("StoreCode", format!("CKTM{ord:04}").into()),
                ("FullPath", format!("全部仓库/{name}").into()),
                ("RootPath", "全部仓库".into()),
            ]
        });
    },
    ..Rules::NONE
};
