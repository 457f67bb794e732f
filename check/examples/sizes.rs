//! Sizes.
use holdfast_check::{explore::*, scenarios::*, space::*};
struct V;
impl Visit for V { type Output=(); fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P,K>) {
 let t=std::time::Instant::now();
 let f=Explorer::new(&space).mode(Mode::Fingerprint).limits(Limits{max_states:Some(20_000_000),..Limits::default()}).run();
 println!("   unique {} transitions {} depth {} {} {:?} size {}", f.summary.unique,f.summary.transitions,f.summary.depth,f.summary.completion,t.elapsed(), size_of::<holdfast_model::State<P,K>>());
}}
fn main(){ let a:Vec<_>=std::env::args().skip(1).collect(); for s in SCENARIOS { if a.is_empty() && s.deep {continue} if !a.is_empty() && !a.contains(&s.name.to_string()) {continue} for v in (s.variants)() { println!("{} {}",s.name,v.name); s.visit(&v,V);} } }
