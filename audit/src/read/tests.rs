use super::*;

fn read(log: &str, skip: bool) -> Result<(Vec<(String, u64)>, Tally), String> {
    let mut found = Vec::new();
    let tally = events(log.as_bytes(), skip, |logged, _| {
        found.push((logged.id.to_string(), logged.line));
        Ok(())
    });
    tally.map(|tally| (found, tally)).map_err(|error| error.to_string())
}

fn event(id: &str) -> String {
    format!(r#"{{"id":"{id}","object":"event","type":"a.b","created":1,"data":{{"object":{{"id":"x"}}}}}}"#)
}

#[test]
fn lines_pages_and_arrays_are_the_same() {
    let (a, b) = (event("evt_a"), event("evt_b"));
    let both = |first, second| vec![("evt_a".to_owned(), first), ("evt_b".to_owned(), second)];
    let page = format!(r#"{{"object":"list","data":[{a},{b}],"has_more":false}}"#);
    for (log, wanted) in [
        (format!("{a}\n\n{b}\n"), both(1, 3)),
        (page.clone(), both(1, 1)),
        (format!("[{a},{b}]"), both(1, 1)),
        (format!("[\n{a},\n{b}\n]\n"), both(1, 2)),
        (page.replace(",\"", ",\n\""), both(1, 2)),
        (a.replace(",\"", ",\n\"") + "\n" + &b.replace(",\"", ",\n\""), both(1, 2)),
        (format!("{a}{b}"), both(1, 1)),
        (format!("{a} {b} 200\n"), both(1, 1)),
        (format!("{a}\n[info] POST {b} 200 OK\n"), both(1, 2)),
        (format!("{a}{}", b.replace(",\"", ",\n\"")), both(1, 2)),
        (format!("[{a}][{b}]"), both(1, 1)),
        (format!("POST {a} 200 POST {b} 200\n"), both(1, 1)),
        (format!("{a} [200 OK]\n{b} [x]\n"), both(1, 2)),
        (format!("{a} [info\n{b} [200 OK] 12 ms]\n"), both(1, 2)),
        (format!("{a} [200 OK] {b} [200 OK]\n"), both(1, 1)),
        (format!("{a} [200 OK]\n[info] POST {b}"), both(1, 2)),
    ] {
        assert_eq!(read(&log, false).unwrap().0, wanted, "{log}");
    }
}

#[test]
fn a_malformed_line_is_named_with_its_field() {
    let good = event("evt_a");
    for (bad, wanted) in [
        ("nonsense".to_owned(), "line 2: not JSON"),
        ("17".to_owned(), "line 2: expected an event"),
        (good.replace("\"id\":\"evt_a\",", ""), "line 2: `id` is missing"),
        (good.replace("\"a.b\"", "7"), "line 2: `type` is 7"),
        (good.replace(":1,", ":\"now\","), "line 2: `created` is \"now\""),
        (good.replace("\"object\":{", "\"thing\":{"), "line 2: `data` is"),
        (good[..30].to_owned(), "line 2: not JSON"),
        (format!("{}{}", good.replace("evt_a", "evt_b"), &good[..30]), "line 2: not JSON"),
        (format!("{}{{\"status\":200}}", good.replace("evt_a", "evt_b")), "line 2: `id` is missing"),
        (format!("{} [{{\"status\":200}}]", good.replace("evt_a", "evt_b")), "line 2: "),
    ] {
        let error = read(&format!("{good}\n{bad}\n{good}\n"), false).unwrap_err();
        assert!(error.starts_with(wanted), "{bad}: {error}");
        let (found, tally) = read(&format!("{good}\n{bad}\n{good}\n"), true).unwrap();
        let before = usize::from(bad.contains("evt_b"));
        assert_eq!((found.len(), tally.malformed), (2 + before, 1), "{bad}");
    }
    assert!(read("", false).unwrap_err().contains("no event"));
    assert!(read(&good[..30], false).unwrap_err().starts_with("line 1"));
}

#[test]
fn a_page_that_ends_the_list_says_that_there_is_no_more() {
    let page = |id: &str, more: &str| format!(r#"{{"object":"list","data":[{}],"has_more":{more}}}"#, event(id));
    for (log, wanted) in [
        (event("evt_a"), None),
        (page("evt_a", "false"), Some(false)),
        (page("evt_a", "true"), Some(true)),
        (format!("{}\n{}", page("evt_a", "true"), page("evt_b", "false")), Some(false)),
        (format!("{}\n{}", page("evt_a", "false"), page("evt_b", "true")), Some(false)),
        (format!("{}\n{}", page("evt_a", "true"), page("evt_b", "null")), Some(true)),
        (format!("{}\n{}", page("evt_a", "true"), page("evt_b", "true")).replace(",\"", ",\n\""), Some(true)),
    ] {
        assert_eq!(read(&log, false).unwrap().1.has_more, wanted, "{log}");
    }
}
