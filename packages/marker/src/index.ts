export { initMarkers, Marker } from './marker.js';
export type { MarkerOptions } from './marker-options.js';
