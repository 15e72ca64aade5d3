import audit from './audit.json';
import auth from './auth.json';
import common from './common.json';
import createTask from './create-task.json';
import home from './home.json';
import limits from './limits.json';
import run from './run.json';
import settings from './settings.json';
import shell from './shell.json';
import task from './task.json';
import tasks from './tasks.json';

export const zh = { audit, auth, common, createTask, home, limits, run, settings, shell, task, tasks };
