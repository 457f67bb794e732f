//! A consumer of late, repeated and reordered notifications ends with the same records as a fetch.
#![cfg_attr(fuzzing, no_main)]

holdfast_fuzz::target!(sequences holdfast_fuzz::run::notifications);
