// Emoji by their short codes, as `:smile:`: a small table of common ones. Knows no text but the codes in it.

/** `code emoji`, in pairs. */
const TABLE = `
smile 😄 grin 😁 joy 😂 rofl 🤣 slight_smile 🙂 upside_down 🙃 wink 😉 blush 😊 innocent 😇 heart_eyes 😍
kissing_heart 😘 yum 😋 stuck_out_tongue 😛 hugs 🤗 thinking 🤔 neutral 😐 unamused 😒 roll_eyes 🙄 grimacing 😬
pensive 😔 sleepy 😪 sleeping 😴 mask 😷 dizzy_face 😵 exploding_head 🤯 partying 🥳 sunglasses 😎 nerd 🤓
confused 😕 worried 😟 frowning 🙁 open_mouth 😮 astonished 😲 flushed 😳 pleading 🥺 fearful 😨 cry 😢 sob 😭
scream 😱 angry 😠 rage 😡 skull 💀 poop 💩 clown 🤡 ghost 👻 robot 🤖 cat 🐱 dog 🐶 see_no_evil 🙈 wave 👋 ok_hand 👌
victory ✌️ crossed_fingers 🤞 point_up 👆 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 punch 👊 clap 👏 raised_hands 🙌
pray 🙏 handshake 🤝 muscle 💪 eyes 👀 brain 🧠 shrug 🤷 facepalm 🤦 salute 🫡 heart ❤️ yellow_heart 💛
green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 sparkles ✨ star ⭐ fire 🔥 boom 💥 100 💯 zzz 💤
tada 🎉 gift 🎁 trophy 🏆 crown 👑 gem 💎 bell 🔔 key 🔑 lock 🔒 unlock 🔓 bulb 💡 bug 🐛 wrench 🔧 hammer 🔨 gear ⚙️
package 📦 memo 📝 book 📖 calendar 📅 pushpin 📌 paperclip 📎 mag 🔍 phone 📞 computer 💻 email 📧 hourglass ⏳
alarm ⏰ check ✅ x ❌ question ❓ exclamation ❗ warning ⚠️ stop 🛑 rocket 🚀 car 🚗 house 🏠 sun ☀️ rain 🌧️
tree 🌳 rose 🌹 coffee ☕ tea 🍵 beer 🍺 cake 🎂 pizza 🍕
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
