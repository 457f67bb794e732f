//! Sizes.
use holdfast_check::{explore::*, scenarios::*, space::*};
use holdfast_properties::CATALOGUE;
struct V<'a>(&'a mut std::collections::BTreeSet<u8>);
impl Visit for V<'_> {
    type Output = ();
    fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) {
        let t = std::time::Instant::now();
        let ex = Explorer::new(&space)
            .mode(Mode::Fingerprint)
            .limits(Limits { max_states: Some(3_000_000), ..Limits::default() });
        let f = ex.run();
        for (bit, w) in &f.violations {
            let c = &CATALOGUE[usize::from(*bit)];
            println!("   BROKEN {} steps {}", c.id, w.steps);
            if let Some(p) = ex.path(&f, w) {
                for (_, i) in &p.steps {
                    println!("        {i}");
                }
                println!("      ? {:?}", w.step.map(|s| s.1.to_string()));
            }
        }
        self.0.extend(f.witnesses.keys());
        println!(
            "   unique {} transitions {} depth {} {} {:?}",
            f.summary.unique,
            f.summary.transitions,
            f.summary.depth,
            f.summary.completion,
            t.elapsed()
        );
    }
}
fn main() {
    let a: Vec<_> = std::env::args().skip(1).collect();
    let mut w = Default::default();
    for s in SCENARIOS {
        if (a.is_empty() && s.deep) || !a.is_empty() && !a.contains(&s.name.to_string()) {
            continue;
        }
        for v in (s.variants)() {
            println!("{} {}", s.name, v.name);
            s.visit(&v, V(&mut w));
        }
    }
    for c in &CATALOGUE {
        if !w.contains(&c.place) {
            println!("NEVER WITNESSED {}", c.id);
        }
    }
}
