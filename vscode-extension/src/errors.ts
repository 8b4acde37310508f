// Errors whose message is for the user: what happened, where, and what to do next.

export class UserError extends Error {}
