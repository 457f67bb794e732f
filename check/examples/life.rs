//! Life.
fn main() {
    let l = holdfast_check::report::lifecycle::Lifecycle::observe();
    print!("{}", holdfast_check::report::lifecycle::text(&l));
    std::fs::write("/tmp/l.svg", holdfast_check::report::lifecycle::svg(&l)).unwrap();
}
