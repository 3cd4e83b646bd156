//! How SQLite finds records: a page far into a kind must cost what the first one costs.

use std::error::Error;

use sqlx::{Row, query};

use super::*;

/// How a table is read, as SQLite plans it.
async fn plan(store: &Sqlite, statement: &str, table: &str) -> Result<String, Box<dyn Error>> {
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = query(explain).fetch_all(&store.readers).await?;
    let details: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("detail"))
        .collect::<Result<_, _>>()?;
    let of_table = details.into_iter().find(|detail| detail.contains(table));
    of_table.ok_or_else(|| format!("{table} is not read").into())
}

#[tokio::test]
async fn records_are_searched_by_their_indexes() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Sqlite::open(&folder.path().join("sunmao.db")).await?;
    let many = select!("WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))");
    let identified = select!(
        "WHERE kind = ?1 AND id IN (SELECT id FROM record_identities WHERE kind = ?1 AND field = ?2 AND value = ?3)
         ORDER BY id LIMIT ?4"
    );
    for (statement, table, found_by) in [
        (BY_ID, "records", "(kind=? AND id>?)"),
        (BY_CHANGE, "records", "(kind=? AND change>?)"),
        (ONE, "records", "(kind=? AND id=?)"),
        (BY_ID, "standing", "(key=?)"),
        (BY_ID, "newer", "(key=? AND id>?)"),
        (BY_ID, "links", "(kind=? AND id=?)"),
        (many, "records", "(kind=? AND id=?)"),
        (identified, "SEARCH records ", "(kind=? AND id=?)"),
        (
            identified,
            "record_identities",
            "(kind=? AND field=? AND value=?)",
        ),
        (
            "SELECT * FROM links WHERE link = ?1 AND (kind, id) > (COALESCE(?2, ''), COALESCE(?3, ''))
             ORDER BY kind, id LIMIT ?4",
            "links",
            "(link=? AND (kind,id)>(?,?))",
        ),
        (
            "DELETE FROM record_identities
             WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
            "record_identities",
            "(kind=? AND id=?)",
        ),
    ] {
        let plan = plan(&store, statement, table).await?;
        assert!(
            plan.contains("SEARCH") && plan.contains(found_by),
            "{table}: {plan}\n{statement}"
        );
    }
    store.close().await?;
    Ok(())
}
