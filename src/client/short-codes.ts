// Emoji by their short codes, as `:smile:`: a small table of common ones. Knows no text but the codes in it.

/** `code emoji`, in pairs. */
const TABLE = `
smile 😄 grin 😁 joy 😂 rofl 🤣 slight_smile 🙂 upside_down 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍
kissing_heart 😘 yum 😋 stuck_out_tongue 😛 zany 🤪 hugs 🤗 thinking 🤔 shushing 🤫 neutral 😐 expressionless 😑
smirk 😏 unamused 😒 roll_eyes 🙄 grimacing 😬 relieved 😌 pensive 😔 sleepy 😪 sleeping 😴 mask 😷 sick 🤒
dizzy_face 😵 exploding_head 🤯 cowboy 🤠 partying 🥳 sunglasses 😎 nerd 🤓 confused 😕 worried 😟 frowning 🙁
open_mouth 😮 astonished 😲 flushed 😳 pleading 🥺 fearful 😨 cry 😢 sob 😭 scream 😱 tired 😫 yawning 🥱
triumph 😤 angry 😠 rage 😡 skull 💀 poop 💩 clown 🤡 ghost 👻 alien 👽 robot 🤖 cat 🐱 dog 🐶 see_no_evil 🙈
wave 👋 ok_hand 👌 victory ✌️ crossed_fingers 🤞 call_me 🤙 point_left 👈 point_right 👉 point_up 👆 point_down 👇
thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 fist ✊ punch 👊 clap 👏 raised_hands 🙌 pray 🙏 handshake 🤝 muscle 💪
eyes 👀 brain 🧠 shrug 🤷 facepalm 🤦 salute 🫡 heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚
blue_heart 💙 purple_heart 💜 black_heart 🖤 broken_heart 💔 sparkles ✨ star ⭐ fire 🔥 boom 💥 100 💯 zzz 💤
tada 🎉 balloon 🎈 gift 🎁 trophy 🏆 medal 🏅 crown 👑 gem 💎 bell 🔔 key 🔑 lock 🔒 unlock 🔓 bulb 💡 bug 🐛
wrench 🔧 hammer 🔨 gear ⚙️ package 📦 memo 📝 book 📖 calendar 📅 chart 📈 pushpin 📌 paperclip 📎 scissors ✂️
mag 🔍 phone 📞 computer 💻 email 📧 hourglass ⏳ alarm ⏰ stopwatch ⏱️ check ✅ x ❌ question ❓ exclamation ❗
warning ⚠️ stop 🛑 recycle ♻️ rocket 🚀 car 🚗 bike 🚲 train 🚆 plane ✈️ house 🏠 sun ☀️ moon 🌙 cloud ☁️ rain 🌧️
snow ❄️ rainbow 🌈 tree 🌳 flower 🌸 rose 🌹 coffee ☕ tea 🍵 beer 🍺 wine 🍷 cake 🎂 pizza 🍕 burger 🍔 apple 🍎
`;

const WORDS = TABLE.trim().split(/\s+/u);
const EMOJI_BY_CODE: ReadonlyMap<string, string> = new Map(
  WORDS.flatMap((word, index) => (index % 2 === 0 ? [[word, WORDS[index + 1] ?? '']] : [])),
);

/** The text with every code that is known as its emoji; all others stay as they were typed. */
export function withEmoji(text: string): string {
  return text.replace(
    /:([a-z0-9_+-]{1,32}):/g,
    (typed: string, code: string) => EMOJI_BY_CODE.get(code) ?? typed,
  );
}

/** All codes, with their colons. */
export const SHORT_CODES: readonly string[] = [...EMOJI_BY_CODE.keys()].map((code) => `:${code}:`);
