import { describe, expect, test } from 'vitest';

import type { RealTime, Run, Task } from '../../api';
import { actionName, outcomeName } from './audit-words';
import { cloneName, isTaskName } from './clone-name';
import { iamConsole } from './real-time/consoles';
import { eventPattern, hasEventBridge } from './real-time/event-pattern';
import { draftOf, FRESH, problemsOf, settingsOf } from './real-time/settings-form';
import { scheduleZone } from './schedule-zone';
import { tabOf } from './tabs';
import { actionsOf } from './task-action-list';

function run(changes: Partial<Run>): Run {
  return { state: 'succeeded', real_time: false, actions: [], ...changes } as Run;
}

describe('actions', () => {
  const names = (...of: Parameters<typeof actionsOf>) => actionsOf(...of).map(({ action }) => action);

  test('a role sees what it may ask for', () => {
    expect(names(null, 'viewer')).toEqual([]);
    expect(names(null, 'operator')).toEqual(['run', 'dry_run']);
    expect(names(null, 'admin')).toEqual(['run', 'dry_run', 'edit', 'clone', 'delete']);
  });

  test('a run is steered only as it allows', () => {
    const running = run({ state: 'running', actions: ['pause', 'stop'] });

    expect(names(running, 'operator')).toEqual(['run', 'dry_run', 'pause', 'stop']);
    expect(names(run({ state: 'paused', actions: ['resume', 'stop'] }), 'operator')).toContain('resume');
    expect(names(run({ actions: ['retry'] }), 'operator')).toEqual(['run', 'dry_run']);
  });

  test('a run that is not over keeps others from starting, and the task from being deleted', () => {
    const refused = actionsOf(run({ state: 'paused' }), 'admin').filter(({ disabled }) => disabled !== null);

    expect(refused.map(({ action }) => action)).toEqual(['run', 'dry_run', 'delete']);
  });
});

describe('names of copies', () => {
  test.each([
    ['photos', 'photos-copy'],
    ['photos-copy', 'photos-copy-2'],
    ['photos-copy-9', 'photos-copy-10'],
    ['x'.repeat(40), `${'x'.repeat(35)}-copy`],
  ])('%s', (from, to) => {
    expect(cloneName(from)).toBe(to);
    expect(isTaskName(cloneName(from))).toBe(true);
  });

  test.each(['', '-a', 'A', 'a b', 'x'.repeat(41)])('%j is no name', (name) => expect(isTaskName(name)).toBe(false));
});

describe('settings of real time', () => {
  const typed = { ...FRESH, topicOwner: ' 123 ', topicNames: 'one\n\ntwo, one' };

  test('what is typed becomes what the API takes, and comes back', () => {
    const settings = settingsOf(typed);

    expect(settings).toMatchObject({ topic_owner: '123', topic_names: ['one', 'two'] });
    expect(settingsOf(draftOf(settings))).toEqual(settings);
    expect(settingsOf(FRESH)).toMatchObject({ topic_owner: null, topic_names: [] });
  });

  test('what the API would refuse is said', () => {
    expect(problemsOf(typed)).toEqual([]);
    expect(problemsOf({ ...FRESH, topicOwner: '12a', topicNames: '-x' })).toEqual(['owner', 'names']);
  });
});

describe('what is pasted', () => {
  const task = { source: { bucket: 'b', prefix: 'p/', region: 'cn-hangzhou' } } as Task;
  const realTime = { events: ['ObjectCreated:PutObject'] } as RealTime;

  test('the event pattern is of the bucket and the prefix', () => {
    expect(JSON.parse(eventPattern(task, realTime))).toEqual({
      source: ['acs.oss'],
      type: ['oss:ObjectCreated:PutObject'],
      data: { oss: { bucket: { name: ['b'] }, object: { key: [{ prefix: 'p/' }] } } },
    });
  });

  test('without a prefix it is of the whole bucket', () => {
    const whole = { source: { ...task.source, prefix: '' } } as Task;

    expect(eventPattern(whole, realTime)).not.toContain('"object"');
  });

  test('EventBridge is not in every region', () => {
    expect([hasEventBridge('cn-hangzhou'), hasEventBridge('eu-central-1')]).toEqual([true, false]);
  });

  test('the IAM console is that of the partition', () => {
    expect(iamConsole('arn:aws-cn:sqs:cn-north-1:1:q')).toContain('amazonaws.cn');
    expect(iamConsole('arn:aws:sqs:us-west-2:1:q')).toContain('aws.amazon.com');
  });
});

describe('words', () => {
  test('a time zone that the browser does not know is UTC', () => {
    expect(scheduleZone({ expression: '', timezone: 'Asia/Shanghai' })).toBe('Asia/Shanghai');
    expect(scheduleZone({ expression: '', timezone: 'Mars/Olympus' })).toBe('UTC');
    expect(scheduleZone(null)).toBe('UTC');
  });

  test('actions and outcomes from the future do no harm', () => {
    expect([actionName('run.dry_run'), actionName('future.thing')]).toEqual(['run-dry_run', null]);
    expect([outcomeName('done'), outcomeName('strange')]).toEqual(['done', 'broken_off']);
  });

  test('an address without a known tab shows the overview', () => {
    expect(tabOf(new URLSearchParams('tab=audit'))).toBe('audit');
    expect(tabOf(new URLSearchParams('tab=x'))).toBe('overview');
  });
});
