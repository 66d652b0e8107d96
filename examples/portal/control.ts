import { json } from './exchange.ts';
import type { Exchange, Reply } from './exchange.ts';
import { endCaptcha } from './login.ts';
import type { World } from './world.ts';

/** /control: what a test does to the portal. None of it is a request in the ledger. */
export function control(exchange: Exchange, world: World): Reply {
  switch (`${exchange.method} ${exchange.path}`) {
    case 'GET /control/ledger':
      return json(world.ledger.entries);
    case 'GET /control/faults':
      return json(world.faults.all);
    case 'POST /control/faults':
      return plan(exchange.body, world);
    case 'DELETE /control/faults':
      world.faults.clear();
      return json(world.faults.all);
    case 'POST /control/drop-sessions':
      return drop(exchange.body, world);
    case 'POST /control/solve-captcha':
      endCaptcha(world);
      return json({ captcha: false });
    default:
      return json({ error: `There is no ${exchange.method} ${exchange.path}.` }, 404);
  }
}

function plan(body: string, world: World): Reply {
  try {
    return json(world.faults.plan(JSON.parse(body)), 201);
  } catch (error) {
    return json({ error: error instanceof Error ? error.message : String(error) }, 400);
  }
}

/** Ends all logins and access tokens; with the body `refresh` the refresh tokens too. */
function drop(body: string, world: World): Reply {
  const sessions = world.sessions.drop();
  const tokens = world.tokens.drop(body === 'refresh');
  world.ledger.add('sessions-dropped', { sessions, tokens });
  return json({ sessions, tokens });
}
