"""Codes of what goes to an ERP, and of what comes back."""

from matcher.codes.entry import BAD_INPUT, BUSY, USAGE, Code, bad

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
    Code(
        "api.secret",
        USAGE,
        "The key or token of an ERP's interface is neither in its environment variable nor in the system keyring, or is no such thing.",
        "Set the variable, or put the secret into the keyring; the target's page in docs/targets names it.",
    ),
    Code(
        "api.denied",
        USAGE,
        "The ERP does not let us in, or not do what was asked.",
        "Look at the key or token and at the rights of its user there, then repeat the command: what was done stays.",
    ),
    Code(
        "api.unreachable",
        BUSY,
        "The ERP cannot be reached, or does not answer; it was tried several times.",
        "Repeat the command later: what was done stays, and nothing is sent twice.",
    ),
    Code(
        "api.limited",
        BUSY,
        "The ERP takes no more calls for now.",
        "Repeat the command later: what was done stays, and nothing is sent twice.",
    ),
    bad(
        "api.answer",
        "The ERP sends us to another address, or answers with an error where it was asked; or a call would go to a host that is not meant.",
        "Look at the address in [target.NAME.api] of matcher.toml, and at the rights of its user.",
    ),
    Code(
        "push.busy",
        BUSY,
        "Another command is pushing to this ERP or pulling from it, for the same books.",
        "Wait until it has ended, then repeat the command.",
    ),
    bad(
        "pull.page",
        "An answer is no page of the list that was asked for; nothing was imported.",
        "Look whether the address is the ERP's, and whether its user may read the list; else import a file.",
    ),
    bad(
        "pull.control",
        "A list that was read is not what the ERP says it is, in rows or sum, or changed while it was read; nothing was imported.",
        "Repeat the command at a quieter time; else import a file.",
    ),
)
