#!/bin/bash -eu
# Builds every fuzz target into $OUT, with its seeds and its dictionary. The same for ClusterFuzzLite and OSS-Fuzz.
# The image chooses the sanitizer and the compiler; the code is safe Rust, so the address sanitizer is enough.
cd "$SRC/holdfast"

# The task runner is an ordinary program: it must not be built with the flags of a fuzz target.
xtask() { env -u RUSTFLAGS -u CARGO_BUILD_TARGET cargo run --quiet --package xtask --target-dir target/xtask -- "$@"; }

cargo fuzz build -O --debug-assertions --features http

output=target/x86_64-unknown-linux-gnu/release
[ -d "$output" ] || output=fuzz/$output
# All targets but the canary, which must fail, and the measurement.
for target in $(xtask fuzz --list | tr -d '[]"' | tr ',' ' '); do
    cp "$output/$target" "$OUT/"
    seeds=$(xtask seeds "$target")
    zip -q -j "$OUT/${target}_seed_corpus.zip" "$seeds"/*
    if [ -f "fuzz/dictionaries/$target.dict" ]; then
        cp "fuzz/dictionaries/$target.dict" "$OUT/"
    fi
done
