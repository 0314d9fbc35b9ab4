import { startDialogs } from "./core/dialogs"
import { startDrafts } from "./core/drafts"
import { startFeed } from "./core/feed"
import { startHtmx } from "./core/htmx"
import { startIslands } from "./core/islands"
import { startTaste } from "./core/taste"
import { startToasts } from "./core/toasts"

startHtmx()
startDrafts()
startIslands()
startDialogs()
startToasts()
startTaste()
startFeed()
