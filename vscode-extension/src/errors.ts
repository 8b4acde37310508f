// Errors that are told to the user as they are: what happened, where, and what to do next.

export class UserError extends Error {}
