"""The site: committed Markdown as two trees of HTML, English and Portuguese, with the reference pages of `custom`."""
