#!/bin/bash -eu
# Builds every fuzz target into $OUT, with its seeds and its dictionary. The same for ClusterFuzzLite and OSS-Fuzz.
# The sanitizer is the one that the image asks for; the code is safe Rust, so one lane of address is enough.
cd "$SRC/holdfast"
cargo fuzz build -O --debug-assertions --features http

output=target/x86_64-unknown-linux-gnu/release
[ -d "$output" ] || output=fuzz/$output
for source in fuzz/fuzz_targets/*.rs; do
    target=$(basename "${source%.rs}")
    # One has to fail, the other does nothing.
    case "$target" in canary | decode) continue ;; esac
    cp "$output/$target" "$OUT/"
    # A target without seeds of its own takes those of `lockstep`: they are sequences as well.
    seeds=$(.ci/seeds "$target")
    zip -q -j "$OUT/${target}_seed_corpus.zip" "$seeds"/*
    if [ -f "fuzz/dictionaries/$target.dict" ]; then
        cp "fuzz/dictionaries/$target.dict" "$OUT/"
    fi
done
