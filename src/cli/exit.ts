/** Exit codes, the same for every command: done; the gate was reached; wrong usage or input; a bug of ours. */
export const EXIT = { done: 0, gate: 1, usage: 2, bug: 70 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
