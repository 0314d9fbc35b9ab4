"""What all pages share: the base templates, components, forms, languages, errors. How to use it: docs/frontend.md."""
