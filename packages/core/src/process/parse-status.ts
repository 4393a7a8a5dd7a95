/** Who a process is, from /proc/PID/status. */
export interface StatusIdentity {
  /** Process id of a thread. */
  readonly tgid: number | undefined;
  /** The pid as the process itself sees it, in its innermost pid namespace. */
  readonly nsPid: number | undefined;
  /** Effective user id. */
  readonly uid: number | undefined;
}

/** One field of /proc/PID/status, such as `CapEff`; `undefined` when the kernel has no such line. */
export function statusField(text: string, name: string): string | undefined {
  for (const line of text.split('\n')) {
    if (line.startsWith(`${name}:`)) return line.slice(name.length + 1).trim();
  }
  return undefined;
}

/** Parses the identity out of /proc/PID/status. */
export function parseIdentity(text: string): StatusIdentity {
  return {
    tgid: toInteger(statusField(text, 'Tgid')),
    nsPid: toInteger(statusField(text, 'NSpid')?.split(/\s+/).at(-1)),
    uid: toInteger(statusField(text, 'Uid')?.split(/\s+/)[1]),
  };
}

function toInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
