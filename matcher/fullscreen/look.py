"""How the full screen is divided, and the page with all keys."""

STYLES = """
#head { height: 1; width: 100%; background: $primary-background; color: $text; text-style: bold; padding: 0 1; }
#body { layout: horizontal; height: 1fr; }
#list { width: 3fr; height: 100%; overflow-x: hidden; }
#detail { width: 2fr; height: 100%; overflow-x: hidden; border-left: vkey $primary; padding-left: 1; }
.narrow #body { layout: vertical; }
.narrow #list { width: 100%; height: 3fr; }
.narrow #detail { width: 100%; height: 7fr; border-left: none; border-top: hkey $primary; padding-left: 0; }
#message { height: auto; max-height: 3; padding: 0 1; }
#message.bad { text-style: bold; color: $error; }
Listing, Rows { scrollbar-size-vertical: 1; }
ModalScreen { align: center middle; }
.dialog { width: 64; max-width: 100%; height: auto; max-height: 100%; border: round $primary; background: $surface; padding: 0 1; }
.dialog.wide { width: 84; }
.dialog Label { width: 100%; height: auto; }
.dialog .title { text-style: bold; }
.dialog OptionList { height: auto; max-height: 18; }
.dialog VerticalScroll { height: auto; max-height: 18; }
#fields { grid-size: 2; grid-columns: 18 1fr; grid-rows: 1; height: auto; }
.page { width: 100%; height: 100%; background: $surface; padding: 0 1; }
.page Items { height: 1fr; border-top: hkey $primary; }
#left { text-style: bold; }
#left.zero { color: $success; }
#allocating-keys { width: 100%; height: auto; color: $text-muted; }
#receipt { width: 100%; height: auto; max-height: 3; text-style: bold; }
"""

KEYS = """\
Look
  Up Down, PgUp PgDn, Home End   another receipt (k and j too)
  Left Right                     highlight another choice
  Tab                            list and detail in turn
  f                              filter, as `matcher queue` does
  s                              sort
  ctrl+r                         read the list anew
Decide
  Enter      accept the proposal, or take the highlighted choice
  1 to 5     take this choice
  /          find open items by name, number or amount and tick them
  p          the highlighted choice as a part payment: the rest stays open
  d          the same, and what stays open is cleared as discount
  w          the same, cleared for a reason that is asked for
  c          on the account of a customer
  r          the bank's return of another line
  x          no receivable: say what it is
  -          refuse the proposal
  h          on hold until a day
  n  o       a note; who follows it up
  u          take the last decision made here back
Several at once
  Space      mark, or take the mark away
  g          mark all with the same payer
  G          mark all that wait for the same reason
  a          mark all proposals above a confidence
  A          accept all that are marked
  c x h n o - work on what is marked, else on the one receipt
  Escape     take all marks away
q  quit: every decision is saved already"""
