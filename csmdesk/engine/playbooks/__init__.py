"""Playbooks: templates of dated steps in which customers are enrolled (definitions.md section 1)."""
