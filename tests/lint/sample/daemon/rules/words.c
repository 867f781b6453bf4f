/* No licence, a promise (TODO), something for now, and /work/a/path */
