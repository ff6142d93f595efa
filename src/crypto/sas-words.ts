// The words of a comparison: 256, short, and told apart by ear and by eye. Their order is part of the protocol.

/**
 * At most 8 letters, no two alike in their first four, none within two letters of another. Never reordered: a word's
 * place is the byte that it stands for.
 */
export const SAS_WORDS: readonly string[] = `
  acorn agent airport album alley amber anchor angel ankle april arctic arrow atlas autumn
  backpack badge bakery bamboo barrel basket beach beetle berry bicycle bishop blossom border
  bread bronze brush bullet butter cabin cactus camera canyon carpet castle celery cement chalk
  chimney circle citrus claw cliff clover cobra coffee collar copper cotton cradle cricket crown
  crystal curtain cushion daffodil daisy dance decade denim desert diamond dinner dolphin donkey
  doorbell dragon drum dungeon eagle earth echo eclipse elbow elephant emerald engine envelope
  escape espresso evening fabric falcon family feather fiddle flame football forest fossil
  fountain freezer fungus galaxy garden garlic gazelle ghost giraffe glacier goblet gorilla
  grape guitar harvest hazel helmet horizon hospital iceberg igloo indigo insect island ivory
  jaguar jewel jigsaw jungle juniper kennel keyboard kidney kitchen koala ladder lagoon lantern
  laptop lavender lemon leopard lettuce library lipstick lizard lobster locket lunch magnet
  mammal mango marble meadow mermaid midnight mirror mitten mosaic motor muffin museum mustard
  napkin nectar nickel noodle nugget nutmeg oasis ocean octopus olive onion opera orange orchid
  ostrich oxygen palace panda parsley pastry peanut pebble pelican pencil piano pickle pigeon
  pillow pirate poem potato prism pumpkin puppet pyramid quartz quilt quiver rabbit radio
  raindrop raven razor ribbon robot ruby sandwich sapphire saturn sausage scarf scissors seagull
  shelf shovel signal silver sketch snail soccer sofa spider sponge square stable sugar summer
  sunset swan syrup teapot temple tennis thunder tiger toast tornado tractor trumpet tulip
  turtle umbrella unicorn urban vampire vessel village violin volcano vulture walnut water
  wedding wheat whistle window wolf yacht yogurt zigzag
`
  .trim()
  .split(/\s+/);
