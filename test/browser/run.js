// run: takes each story through Chromium, with scripts and without, and lets axe look at every page that a story looks at.
// A story is { name, scripts?: 'only' | 'never', run: async t => … } in stories/NAME.story.js; t has page, base, look, signIn,
// purpose, expect. Pages are looked at on a desktop and on a phone (360 pixels), in light and in dark.
import { createRequire } from 'node:module'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { forms } from './forms.js'

const [npm, address, ...rest] = process.argv.slice(2)
const need = createRequire(join(npm, 'package.json'))
const { chromium } = need('playwright-core')
const axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8')
const here = dirname(fileURLToPath(import.meta.url))
const base = address.replace(/\/$/, '')
const shots = rest[0] === '--screenshots' ? rest[1] : null
const wanted = shots ? rest.slice(2) : rest
const words = 'everyone here is invented'
if (shots) mkdirSync(shots, { recursive: true })

const wide = { width: 1280, height: 900 }
const phone = { width: 360, height: 740 }

function fail (what) { throw new Error(what) }

// axe needs scripts; without them the page was looked at before.
async function axeFinds (page, dark) {
  await page.evaluate(axe)
  const found = await page.evaluate(only => window.axe.run(document, only
    ? { runOnly: ['color-contrast'] }
    : { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } }), dark)
  return found.violations.map(v => `${v.id}: ${v.help}\n` + v.nodes.slice(0, 3).map(n => '      ' + n.html.slice(0, 160)).join('\n'))
}

function tools (page, scripts) {
  const t = { page, base, scripts }
  t.go = async path => {
    const answer = await page.goto(base + path)
    return answer.status()
  }
  t.expect = (yes, what) => { if (!yes) fail(what) }
  t.text = async () => page.innerText('body')
  t.says = async part => { if (!(await t.text()).includes(part)) fail(`${page.url()} does not say "${part}"`) }
  t.saysNot = async part => { if ((await t.text()).includes(part)) fail(`${page.url()} says "${part}"`) }
  t.press = async name => page.getByRole('button', { name }).first().click()
  t.follow = async name => page.getByRole('link', { name }).first().click()
  t.signIn = async (login, purpose) => {
    await t.go('/sign-in')
    await page.fill('#login', login)
    await page.fill('#password', words)
    await t.press('Sign in')
    if (purpose) await t.purpose(purpose)
  }
  t.purpose = async code => {
    await t.go('/purpose')
    await page.check(`input[name=purpose][value=${code}]`)
    await t.press('Continue')
  }
  // Looks at the page as it is now: nothing wider than a phone, axe content, a picture of it.
  t.look = async name => {
    for (const [what, size] of [['desktop', wide], ['phone', phone]]) {
      await page.setViewportSize(size)
      const over = scripts ? await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth) : 0
      if (over > 0) fail(`${name}: ${over} pixels wider than a ${what} of ${size.width}`)
      if (shots && scripts) await page.screenshot({ path: join(shots, `${name}-${what}.png`), fullPage: true })
    }
    await page.setViewportSize(wide)
    if (!scripts) return
    const wrong = await axeFinds(page, false)
    await page.emulateMedia({ colorScheme: 'dark' })
    wrong.push(...(await axeFinds(page, true)).map(w => 'in the dark: ' + w))
    if (shots) await page.screenshot({ path: join(shots, `${name}-dark.png`), fullPage: true })
    await page.emulateMedia({ colorScheme: 'light' })
    if (wrong.length) fail(`${name}: axe finds\n    ` + wrong.join('\n    '))
    if (/[0-9a-f]{32}/.test(await page.title())) fail(`${name}: the title names somebody`)
  }
  forms(t)
  return t
}

async function runOne (browser, story, scripts) {
  const context = await browser.newContext({ viewport: wide, javaScriptEnabled: scripts, locale: 'en-GB', timezoneId: 'Europe/London', colorScheme: 'light' })
  const page = await context.newPage()
  const heard = []
  page.setDefaultTimeout(10000)
  page.on('pageerror', e => heard.push('a script failed: ' + e.message))
  page.on('console', m => { if (m.type() === 'error' && !/status of 4\d\d|ERR_INTERNET_DISCONNECTED/.test(m.text())) heard.push(m.text()) })
  try {
    await story.run(tools(page, scripts))
    if (heard.length) fail('the browser complains: ' + heard.join('; '))
  } finally {
    await context.close()
  }
}

const files = readdirSync(join(here, 'stories')).filter(f => f.endsWith('.story.js') && (!wanted.length || wanted.some(w => f.includes(w))))
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] })
let passed = 0
let failed = 0
for (const file of files.sort()) {
  const stories = (await import(pathToFileURL(join(here, 'stories', file)))).default
  for (const story of stories) {
    for (const scripts of [true, false]) {
      if ((story.scripts === 'only' && !scripts) || (story.scripts === 'never' && scripts) || (shots && !scripts)) continue
      try {
        await runOne(browser, story, scripts)
        passed++
      } catch (e) {
        failed++
        console.log(`FAILED ${file}: ${story.name}${scripts ? '' : ' (without scripts)'}: ${e.message}`)
      }
    }
  }
}
await browser.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed || !passed ? 1 : 0)
