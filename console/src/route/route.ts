/** Where the operator is. Hash routes, so that F5 stays and the server needs to know nothing. */
export const ALARM_LISTS = ['current', 'historical', 'all'] as const;
export type AlarmList = (typeof ALARM_LISTS)[number];
export const BOARDS = [
  'off-board',
  'approvals',
  'interlocks',
  'statistics',
  'handover',
  'setup',
] as const;
export type Board = (typeof BOARDS)[number];
export const ALARM_VIEWS = [...ALARM_LISTS, ...BOARDS] as const;
export type AlarmView = (typeof ALARM_VIEWS)[number];

export function isBoard(view: AlarmView): view is Board {
  return BOARDS.some((board) => board === view);
}

export const CONNECTION_VIEWS = ['gateways', 'gaps', 'dead-letters', 'tags', 'events'] as const;
export type ConnectionView = (typeof CONNECTION_VIEWS)[number];

export type Route =
  | { readonly screen: 'alarms'; readonly view: AlarmView }
  | { readonly screen: 'points' }
  | { readonly screen: 'connections'; readonly view: ConnectionView }
  | {
      readonly screen: 'sources';
      readonly enterprise: string | null;
      readonly code: string | null;
    }
  | { readonly screen: 'point'; readonly enterprise: string; readonly tag: string };

export function parseRoute(hash: string): Route {
  const [screen, ...rest] = hash.replace(/^#\/?/, '').split('/').map(decode);
  if (screen === 'points' && rest[0] !== undefined && rest[1] !== undefined) {
    return { screen: 'point', enterprise: rest[0], tag: rest[1] };
  }
  if (screen === 'points') return { screen: 'points' };
  if (screen === 'sources') {
    return { screen, enterprise: rest[0] ?? null, code: rest[1] ?? null };
  }
  if (screen === 'connections') {
    return { screen, view: CONNECTION_VIEWS.find((known) => known === rest[0]) ?? 'gateways' };
  }
  return { screen: 'alarms', view: ALARM_VIEWS.find((known) => known === rest[0]) ?? 'current' };
}

export function hashOf(route: Route): string {
  switch (route.screen) {
    case 'alarms':
      return route.view === 'current' ? '#/alarms' : `#/alarms/${route.view}`;
    case 'points':
      return '#/points';
    case 'connections':
      return route.view === 'gateways' ? '#/connections' : `#/connections/${route.view}`;
    case 'sources':
      return route.enterprise === null || route.code === null
        ? '#/sources'
        : `#/sources/${encodeURIComponent(route.enterprise)}/${encodeURIComponent(route.code)}`;
    case 'point':
      return `#/points/${encodeURIComponent(route.enterprise)}/${encodeURIComponent(route.tag)}`;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A hand-typed address with a stray percent sign: taken as it stands.
    return part;
  }
}
