/**
 * Asks the kernel on which node pages are (move_pages without a destination): writes the node of
 * each address into `nodes`, or a negative errno: -2 (ENOENT) for a page that is not in memory.
 * @throws MonitorError when the process is gone or may not be looked at
 */
export type PageNodes = (pid: number, addresses: Float64Array, nodes: Int32Array) => void;
