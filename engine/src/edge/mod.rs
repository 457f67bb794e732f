//! The edge: text in, text out. Requests are read into commands, objects and answers are rendered as JSON.
//!
//! An HTTP server, or any other front, needs these two only: [`read::command`] and [`render::response`].

pub(crate) mod expandable;
pub mod read;
pub mod render;
