import type { RealTime, Task } from '../../../api';

/** The pattern of an EventBridge rule: the events that Ferry acts on, of this bucket and prefix. */
export function eventPattern(task: Task, realTime: RealTime): string {
  const { bucket, prefix } = task.source;
  return pretty({
    source: ['acs.oss'],
    type: realTime.events.map((event) => `oss:${event}`),
    data: {
      oss: {
        bucket: { name: [bucket] },
        ...(prefix === '' ? {} : { object: { key: [{ prefix }] } }),
      },
    },
  });
}

/** Where OSS publishes events to EventBridge (EventBridge User Guide, "OSS events"). */
const REGIONS = [
  'cn-hangzhou',
  'cn-shanghai',
  'cn-beijing',
  'cn-zhangjiakou',
  'cn-shenzhen',
  'cn-chengdu',
  'us-west-1',
  'ap-southeast-1',
  'ap-northeast-1',
  'ap-northeast-2',
];

export function hasEventBridge(region: string): boolean {
  return REGIONS.includes(region);
}

/** JSON to be pasted. */
export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
