/** Why there can be no guest here, in words for the user. */
export class GuestError extends Error {}
