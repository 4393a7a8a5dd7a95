/** Says on stderr what goes on, so that a result on stdout stays a result. */
export interface Progress {
  /** Replaces the current line on a terminal; a line of its own elsewhere. */
  step(text: string): void;
  /** Removes the current line from a terminal. */
  done(): void;
}

const ERASE = '\r\x1b[K';

/** Progress for people. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true;
  return {
    step: (text) => void stream.write(live ? `${ERASE}${text}` : `${text}\n`),
    done: () => void (live && stream.write(ERASE)),
  };
}
