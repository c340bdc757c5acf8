"""Codes of what goes to an ERP, and of what comes back."""

from matcher.codes.entry import BAD_INPUT, USAGE, Code, bad

TARGETS = (
    Code(
        "target.failed",
        BAD_INPUT,
        "A target that another package brings failed; nothing was written, and no other command needs it.",
        "Tell the package's authors, or uninstall it.",
    ),
    Code(
        "target.setting",
        USAGE,
        "The target's table in matcher.toml is not valid, or has nothing for an account or reason of this export.",
        "Mend [target.NAME] in matcher.toml; the target's page in docs/targets says what it needs.",
    ),
    bad(
        "target.no_form",
        "The target has no form for some of the documents; nothing was written.",
        "Book these by hand in the ERP, or leave them out of the file with --skip-unsupported.",
    ),
    bad(
        "target.payload_changed",
        "A document that was sent before would carry other contents under the same id; nothing was written.",
        "Report it: an id stands for one document for ever.",
    ),
    bad(
        "ack.unreadable",
        "The file is no result file of the ERP that can be read.",
        "See docs/erp.md for the layout, or name the target with --target.",
    ),
    bad("ack.unknown", "An answer is about a document that was never sent.", "Look whether the file is of these books and of this target."),
    bad(
        "ack.contradicts",
        "An answer contradicts an earlier one: accepted and then not, or two numbers for one document.",
        "Ask the ERP; what it has booked under which number stands in `matcher outbox`.",
    ),
)
