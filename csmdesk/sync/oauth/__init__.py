"""Signing in with the browser (OAuth 2, authorization code with PKCE, no client secret).

- `sign_in(provider, browse, cancel)` (`sign_in`): one sign-in. `browse(address)` shows the page to
  the person and returns at once; the call waits for the answer on loopback, can be cancelled, and
  returns `Tokens`.
- `SignedIn(provider, vault)` (`signed_in`): the `Credentials` of a client. Renews itself, one caller
  at a time over threads and processes, and keeps a renewed sign-in before it is used.
- `Provider` (`provider`): where to sign in, as which registered app. `SIGN_INS` of
  `csmdesk.sync.connectors` makes it from a source's settings.

Who has a workspace calls `csmdesk.jobs.signing_in.sign_in`, which also tests, keeps and configures.
"""
