import type { AlertMessage } from '../message.ts';
import { alertVariables } from './command.ts';
import type { Tools } from './tools.ts';

const TIMEOUT_MS = 30_000;

/** The script is constant: the text comes as its arguments, which AppleScript does not interpret. */
const APPLE_SCRIPT = [
  '-e',
  'on run argv',
  '-e',
  'display notification (item 2 of argv) with title (item 1 of argv)',
  '-e',
  'end run',
];

/** The script is constant: the text comes in variables and goes into the toast as text nodes. */
const POWERSHELL_SCRIPT = `
$ErrorActionPreference = 'Stop'
[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime] | Out-Null
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
$texts.Item(0).AppendChild($xml.CreateTextNode($env:HOLDFAST_ALERT_TITLE)) | Out-Null
$texts.Item(1).AppendChild($xml.CreateTextNode($env:HOLDFAST_ALERT_BODY)) | Out-Null
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
$toast = New-Object Windows.UI.Notifications.ToastNotification $xml
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($toast)
`;

/** Shows a notification on the desktop of the user whom the process belongs to. */
export function sendDesktop(
  message: AlertMessage,
  { run, platform }: Tools,
  signal: AbortSignal,
): Promise<void> {
  const env = { ...alertVariables(message), HOLDFAST_ALERT_BODY: bodyOf(message) };
  return run({ words: desktopCommand(message, platform), env, stdin: '', timeoutMs: TIMEOUT_MS }, signal);
}

/** The program that shows a notification, and its arguments. */
export function desktopCommand(message: AlertMessage, platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') return ['osascript', ...APPLE_SCRIPT, message.title, bodyOf(message)];
  if (platform === 'win32')
    return ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', POWERSHELL_SCRIPT];
  const urgency = message.event === 'opened' ? 'critical' : 'normal';
  const words = ['notify-send', '--app-name=Holdfast', `--urgency=${urgency}`, '--'];
  return [...words, message.title, escapeMarkup(bodyOf(message))];
}

function bodyOf({ incidents, doing, since }: AlertMessage): string {
  const [first] = incidents;
  return [
    ...(first === undefined ? [] : [first.summary]),
    ...(doing === null ? [] : [doing]),
    `Since ${since}`,
  ].join('\n');
}

/** Notification servers read the body as markup (freedesktop.org, Desktop Notifications, "Markup"). */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
