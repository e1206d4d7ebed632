//! Package formats: names, versions, manifests and archives, without IO.
