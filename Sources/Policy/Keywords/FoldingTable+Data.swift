/// What Unicode's compatibility decomposition and case folding make of a letter or digit, without its marks.
///
/// Written by Scripts/unicode-folding from the Unicode Character Database 14.0.0.
extension FoldingTable {
    /// `first-last>folded`: scalars that follow one another, like what they fold to.
    static let runs = """
        2080-2089>30 24d0-24e9>61 ff10-ff19>30 ff41-ff5a>61 1d400-1d419>61 1d41a-1d433>61 1d434-1d44d>61
        1d456-1d467>69 1d468-1d481>61 1d482-1d49b>61 1d4c5-1d4cf>70 1d4d0-1d4e9>61 1d4ea-1d503>61 1d51e-1d537>61
        1d552-1d56b>61 1d56c-1d585>61 1d586-1d59f>61 1d5a0-1d5b9>61 1d5ba-1d5d3>61 1d5d4-1d5ed>61 1d5ee-1d607>61
        1d608-1d621>61 1d622-1d63b>61 1d63c-1d655>61 1d656-1d66f>61 1d670-1d689>61 1d68a-1d6a3>61 1d6a8-1d6b8>3b1
        1d6c2-1d6d2>3b1 1d6e2-1d6f2>3b1 1d6fc-1d70c>3b1 1d71c-1d72c>3b1 1d736-1d746>3b1 1d756-1d766>3b1
        1d770-1d780>3b1 1d790-1d7a0>3b1 1d7aa-1d7ba>3b1 1d7ce-1d7d7>30 1d7d8-1d7e1>30 1d7e2-1d7eb>30 1d7ec-1d7f5>30
        1d7f6-1d7ff>30 1f130-1f149>61 1fbf0-1fbf9>30
        """

    /// `folded=scalars`, where `+` joins the scalars of a longer result.
    static let single = """
        61=aa,e0-e5,101,103,105,1ce,1df,1e1 61=1fb,201,203,227,1d2c,1d43,1e01,1ea1
        61=1ea3,1ea5,1ea7,1ea9,1eab,1ead,1eaf,1eb1 61=1eb3,1eb5,1eb7,2090,1d44e,1d49c,1d4b6,1d504 61=1d538 32=b2,2461
        33=b3,2462 3bc=b5 31=b9,2460 6f=ba,f2-f6,f8,14d,14f,151,1a1,1d2 6f=1eb,1ed,1ff,20d,20f,22b,22d,22f
        6f=231,1d3c,1d52,1e4d,1e4f,1e51,1e53,1ecd 6f=1ecf,1ed1,1ed3,1ed5,1ed7,1ed9,1edb,1edd
        6f=1edf,1ee1,1ee3,2092,2134,107a2,1d4aa,1d512 6f=1d546 63=e7,107,109,10b,10d,1d9c,1e09,2102
        63=212d,217d,a7f2,1d450,1d49e,1d4b8,1f12b 65=e8-eb,113,115,117,119,11b,205,207
        65=229,1d31,1d49,1e15,1e17,1e19,1e1b,1e1d 65=1eb9,1ebb,1ebd,1ebf,1ec1,1ec3,1ec5,1ec7
        65=2091,212f-2130,2147,1d452,1d508,1d53c 69=ec-ef,129,12b,12d,12f-131,1d0,209,20b
        69=1d35,1d62,1e2d,1e2f,1ec9,1ecb,2071,2110-2111 69=2139,2148,2170,1d4be,1d540,1d6a4
        64=f0,10f,111,1d30,1d48,1d9e,1e0b,1e0d 64=1e0f,1e11,1e13,2145-2146,217e,1d451,1d49f,1d4b9 64=1d507,1d53b
        6e=f1,144,146,148,1f9,1d3a,1e45,1e47 6e=1e49,1e4b,207f,2099,2115,1d4a9,1d4c3,1d511
        75=f9-fc,169,16b,16d,16f,171,173,1b0 75=1d4,1d6,1d8,1da,1dc,215,217,1d41
        75=1d58,1d64,1e73,1e75,1e77,1e79,1e7b,1ee5 75=1ee7,1ee9,1eeb,1eed,1eef,1ef1,1d4b0,1d518 75=1d54c
        79=fd,ff,177,233,2b8,1e8f,1e99,1ef3 79=1ef5,1ef7,1ef9,1d4b4,1d51c,1d550 67=11d,11f,121,123,1e7,1f5,1d33,1d4d
        67=1e21,210a,1d454,1d4a2,1d50a,1d53e 68=125,127,21f,2b0,1d34,1e23,1e25,1e27
        68=1e29,1e2b,1e96,2095,210b-210f,a7f8,10795,1d4bd 6a=135,1f0,2b2,1d36,2149,2c7c,1d4a5,1d4bf 6a=1d50d,1d541
        6b=137,1e9,1d37,1d4f,1e31,1e33,1e35,2096 6b=1d4a6,1d4c0,1d50e,1d542 6c=13a,13c,13e,142,2e1,1d38,1e37,1e39
        6c=1e3b,1e3d,2097,2112-2113,217c,1d4c1,1d50f,1d543 72=155,157,159,211,213,2b3,1d3f,1d63
        72=1e59,1e5b,1e5d,1e5f,211b-211d,1f12c 73=15b,15d,15f,161,17f,219,2e2,1e61
        73=1e63,1e65,1e67,1e69,1e9b,209b,1d4ae,1d516 73=1d54a 74=163,165,167,21b,1d40,1d57,1e6b,1e6d
        74=1e6f,1e71,1e97,209c,1d4af,1d517,1d54b 77=175,2b7,1d42,1e81,1e83,1e85,1e87,1e89 77=1e98,1d4b2,1d51a,1d54e
        7a=17a,17c,17e,1dbb,1e91,1e93,1e95,2124 7a=2128,1d4b5 78=2e3,1e8b,1e8d,2093,2179,1d4b3,1d51b,1d54f
        3b9=390,3af,3ca,1f30-1f37,1f76-1f77,1fbe,1fd0-1fd3,1fd6-1fd7 3b1=3ac,1f00-1f07,1f70-1f71,1fb0-1fb1,1fb6
        3b5=3ad,3f5,1f10-1f15,1f72-1f73,1d6dc,1d716,1d750,1d78a 3b5=1d7c4 3b7=3ae,1f20-1f27,1f74-1f75,1fc6
        3c5=3b0,3cb,3cd,3d2-3d4,1f50-1f57,1f7a-1f7b,1fe0-1fe3,1fe6-1fe7
        3c5=1d6bc,1d6d6,1d6f6,1d710,1d730,1d74a,1d76a,1d784 3c5=1d7a4,1d7be
        3c3=3c2,3f2,1d6ba,1d6d3-1d6d4,1d6f4,1d70d-1d70e,1d72e,1d747-1d748 3c3=1d768,1d781-1d782,1d7a2,1d7bb-1d7bc
        3bf=3cc,1f40-1f45,1f78-1f79 3c9=3ce,1f60-1f67,1f7c-1f7d,1ff6,1d6c0,1d6da,1d6fa,1d714
        3c9=1d734,1d74e,1d76e,1d788,1d7a8,1d7c2 3b2=3d0,1d5d,1d66 3b8=3d1,1dbf,1d6b9,1d6dd,1d6f3,1d717,1d72d,1d751
        3b8=1d767,1d78b,1d7a1,1d7c5 3c6=3d5,1d60,1d69,1d6bd,1d6d7,1d6df,1d6f7,1d711
        3c6=1d719,1d731,1d74b,1d753,1d76b,1d785,1d78d,1d7a5 3c6=1d7bf,1d7c7
        3c0=3d6,213c,213f,1d6e1,1d71b,1d755,1d78f,1d7c9 3ba=3f0,1d6de,1d718,1d752,1d78c,1d7c6
        3c1=3f1,1d68,1fe4-1fe5,1d6e0,1d71a,1d754,1d78e,1d7c8 438=439,45d,4e3,4e5 435=450-451,4d7 433=453 456=457
        43a=45c 443=45e,4ef,4f1,4f3 475=477 436=4c2,4dd 430=4d1,4d3 4d9=4db 437=4df 43e=4e7,1c82 4e9=4eb 44d=4ed
        447=4f5 44b=4f9 627=622-623,625,fd3c-fd3d,fe81-fe84,fe87-fe88,fe8d-fe8e,1ee00,1ee80
        648=624,fe85-fe86,feed-feee,1ee05,1ee85,1eea5 64a=626,fe89-fe8c,fef1-fef4,1ee09,1ee29,1ee49,1ee69,1ee89
        64a=1eea9 6c1=6c2,fba6-fba9 6d2=6d3,fbae-fbb1 432=1c80 434=1c81 441=1c83 442=1c84-1c85 44a=1c86,a69c 463=1c87
        62=1d2e,1d47,1e03,1e05,1e07,212c,1d44f,1d4b7 62=1d505,1d539 6d=1d39,1d50,1e3f,1e41,1e43,2098,2133,217f
        6d=1d4c2,1d510,1d544 70=1d3e,1d56,1e55,1e57,209a,2119,1d4ab,1d513 76=1d5b,1d65,1e7d,1e7f,2174,2c7d,1d4b1,1d519
        76=1d54d 3b3=1d5e,1d67,213d-213e 3b4=1d5f 3c7=1d61,1d6a,1d6be,1d6d8,1d6f8,1d712,1d732,1d74c
        3c7=1d76c,1d786,1d7a6,1d7c0 43d=1d78 66=1da0,1e1f,2131,a7f3,1d453,1d4bb,1d509,1d53d 30=2070,24ea 34=2074,2463
        35=2075,2464 36=2076,2465 37=2077,2466 38=2078,2467 39=2079,2468 71=211a,a7f4,107a5,1d4ac,1d514
        5d0=2135,fb21,fb2e-fb30 5d1=2136,fb31,fb4c 5d2=2137,fb32 5d3=2138,fb22,fb33 44c=a69d 5d9=fb1d,fb39 5e2=fb20
        5d4=fb23,fb34 5db=fb24,fb3b,fb4d 5dc=fb25,fb3c 5dd=fb26 5e8=fb27,fb48 5ea=fb28,fb4a 5e9=fb2a-fb2d,fb49
        5d5=fb35,fb4b 5d6=fb36 5d8=fb38 5da=fb3a 5de=fb3e 5e0=fb40 5e1=fb41 5e3=fb43 5e4=fb44,fb4e 5e6=fb46 5e7=fb47
        671=fb50-fb51 67b=fb52-fb55 67e=fb56-fb59 680=fb5a-fb5d 67a=fb5e-fb61 67f=fb62-fb65 679=fb66-fb69
        6a4=fb6a-fb6d 6a6=fb6e-fb71 684=fb72-fb75 683=fb76-fb79 686=fb7a-fb7d 687=fb7e-fb81 68d=fb82-fb83
        68c=fb84-fb85 68e=fb86-fb87 688=fb88-fb89 698=fb8a-fb8b 691=fb8c-fb8d 6a9=fb8e-fb91 6af=fb92-fb95
        6b3=fb96-fb99 6b1=fb9a-fb9d 6ba=fb9e-fb9f,1ee1d,1ee5d 6bb=fba0-fba3 6be=fbaa-fbad 6ad=fbd3-fbd6 6c7=fbd7-fbd8
        6c6=fbd9-fbda 6c8=fbdb-fbdc 6cb=fbde-fbdf 6c5=fbe0-fbe1 6c9=fbe2-fbe3 6d0=fbe4-fbe7
        649=fbe8-fbe9,fc5d,fc90,feef-fef0 6cc=fbfc-fbff 630=fc5b,feab-feac,1ee18,1ee98,1eeb8
        631=fc5c,fead-feae,1ee13,1ee93,1eeb3 647=fcd9,fee9-feec,1ee24,1ee64,1ee84
        640=fcf2-fcf4,fe71,fe77,fe79,fe7b,fe7d,fe7f 621=fe80 628=fe8f-fe92,1ee01,1ee21,1ee61,1ee81,1eea1 629=fe93-fe94
        62a=fe95-fe98,1ee15,1ee35,1ee75,1ee95,1eeb5 62b=fe99-fe9c,1ee16,1ee36,1ee76,1ee96,1eeb6
        62c=fe9d-fea0,1ee02,1ee22,1ee42,1ee62,1ee82,1eea2 62d=fea1-fea4,1ee07,1ee27,1ee47,1ee67,1ee87,1eea7
        62e=fea5-fea8,1ee17,1ee37,1ee57,1ee77,1ee97,1eeb7 62f=fea9-feaa,1ee03,1ee83,1eea3
        632=feaf-feb0,1ee06,1ee86,1eea6 633=feb1-feb4,1ee0e,1ee2e,1ee4e,1ee6e,1ee8e,1eeae
        634=feb5-feb8,1ee14,1ee34,1ee54,1ee74,1ee94,1eeb4 635=feb9-febc,1ee11,1ee31,1ee51,1ee71,1ee91,1eeb1
        636=febd-fec0,1ee19,1ee39,1ee59,1ee79,1ee99,1eeb9 637=fec1-fec4,1ee08,1ee68,1ee88,1eea8
        638=fec5-fec8,1ee1a,1ee7a,1ee9a,1eeba 639=fec9-fecc,1ee0f,1ee2f,1ee4f,1ee6f,1ee8f,1eeaf
        63a=fecd-fed0,1ee1b,1ee3b,1ee5b,1ee7b,1ee9b,1eebb 641=fed1-fed4,1ee10,1ee30,1ee70,1ee90,1eeb0
        642=fed5-fed8,1ee12,1ee32,1ee52,1ee72,1ee92,1eeb2 643=fed9-fedc,1ee0a,1ee2a,1ee6a
        644=fedd-fee0,1ee0b,1ee2b,1ee4b,1ee8b,1eeab 645=fee1-fee4,1ee0c,1ee2c,1ee6c,1ee8c,1eeac
        646=fee5-fee8,1ee0d,1ee2d,1ee4d,1ee6d,1ee8d,1eead 3c4=1d6bb,1d6d5,1d6f5,1d70f,1d72f,1d749,1d769,1d783
        3c4=1d7a3,1d7bd 3c8=1d6bf,1d6d9,1d6f9,1d713,1d733,1d74d,1d76d,1d787 3c8=1d7a7,1d7c1 3dd=1d7ca-1d7cb
        66e=1ee1c,1ee7c 6a1=1ee1e,1ee7e 66f=1ee1f,1ee5f 73+73=df,1f14d 61+65=e6,1e3,1fd,1d2d,10783 74+68=fe 69+6a=133
        6f+65=153,a7f9 64+7a=1c6,1f3 6c+6a=1c9 6e+6a=1cc 627+674=675 648+674=676 6c7+674=677,fbdd 64a+674=678
        3b1+3b9=1f80-1f87,1fb2-1fb4,1fb7 3b7+3b9=1f90-1f97,1fc2-1fc4,1fc7 3c9+3b9=1fa0-1fa7,1ff2-1ff4,1ff7 72+73=20a8
        6e+6f=2116 73+6d=2120 74+65+6c=2121 74+6d=2122 66+61+78=213b 69+69=2171 69+69+69=2172 69+76=2173 76+69=2175
        76+69+69=2176 76+69+69+69=2177 69+78=2178 78+69=217a 78+69+69=217b 31+30=2469 31+31=246a 31+32=246b 31+33=246c
        31+34=246d 31+35=246e 31+36=246f 31+37=2470 31+38=2471 31+39=2472 32+30=2473 70+74+65=3250 32+31=3251
        32+32=3252 32+33=3253 32+34=3254 32+35=3255 32+36=3256 32+37=3257 32+38=3258 32+39=3259 33+30=325a 33+31=325b
        33+32=325c 33+33=325d 33+34=325e 33+35=325f 33+36=32b1 33+37=32b2 33+38=32b3 33+39=32b4 34+30=32b5 34+31=32b6
        34+32=32b7 34+33=32b8 34+34=32b9 34+35=32ba 34+36=32bb 34+37=32bc 34+38=32bd 34+39=32be 35+30=32bf 68+67=32cc
        65+72+67=32cd 65+76=32ce 6c+74+64=32cf 68+70+61=3371 64+61=3372 61+75=3373 62+61+72=3374 6f+76=3375 70+63=3376
        64+6d=3377 64+6d+32=3378 64+6d+33=3379 69+75=337a 70+61=3380,33a9 6e+61=3381 3bc+61=3382 6d+61=3383 6b+61=3384
        6b+62=3385 6d+62=3386,33d4 67+62=3387 63+61+6c=3388 6b+63+61+6c=3389 70+66=338a 6e+66=338b 3bc+66=338c
        3bc+67=338d 6d+67=338e 6b+67=338f 68+7a=3390 6b+68+7a=3391 6d+68+7a=3392 67+68+7a=3393 74+68+7a=3394
        3bc+6c=3395 6d+6c=3396 64+6c=3397 6b+6c=3398 66+6d=3399 6e+6d=339a 3bc+6d=339b 6d+6d=339c 63+6d=339d
        6b+6d=339e,33ce 6d+6d+32=339f 63+6d+32=33a0 6d+32=33a1 6b+6d+32=33a2 6d+6d+33=33a3 63+6d+33=33a4 6d+33=33a5
        6b+6d+33=33a6 6b+70+61=33aa 6d+70+61=33ab 67+70+61=33ac 72+61+64=33ad 70+73=33b0 6e+73=33b1 3bc+73=33b2
        6d+73=33b3 70+76=33b4 6e+76=33b5 3bc+76=33b6 6d+76=33b7,33b9,1f14b 6b+76=33b8 70+77=33ba 6e+77=33bb
        3bc+77=33bc 6d+77=33bd,33bf 6b+77=33be 6b+3c9=33c0 6d+3c9=33c1 62+71=33c3 63+63=33c4 63+64=33c5,1f12d
        64+62=33c8 67+79=33c9 68+61=33ca 68+70=33cb 69+6e=33cc 6b+6b=33cd 6b+74=33cf 6c+6d=33d0 6c+6e=33d1
        6c+6f+67=33d2 6c+78=33d3 6d+69+6c=33d5 6d+6f+6c=33d6 70+68=33d7 70+70+6d=33d9 70+72=33da 73+72=33db 73+76=33dc
        77+62=33dd 67+61+6c=33ff 66+66=fb00 66+69=fb01 66+6c=fb02 66+66+69=fb03 66+66+6c=fb04 73+74=fb05-fb06
        5d0+5dc=fb4f 64a+627=fbea-fbeb 64a+648=fbee-fbef 64a+6c7=fbf0-fbf1 64a+6c6=fbf2-fbf3 64a+6c8=fbf4-fbf5
        64a+6d0=fbf6-fbf8 64a+649=fbf9-fbfb,fc03,fc59,fc68,fc95 64a+62c=fc00,fc55,fc97,fcda
        64a+62d=fc01,fc56,fc98,fcdb 64a+645=fc02,fc58,fc66,fc93,fc9a,fcdd,fcdf,fcf0 64a+64a=fc04,fc5a,fc69,fc96
        628+62c=fc05,fc9c 628+62d=fc06,fc9d 628+62e=fc07,fc9e 628+645=fc08,fc6c,fc9f,fce1 628+649=fc09,fc6e
        628+64a=fc0a,fc6f 62a+62c=fc0b,fca1 62a+62d=fc0c,fca2 62a+62e=fc0d,fca3 62a+645=fc0e,fc72,fca4,fce3
        62a+649=fc0f,fc74 62a+64a=fc10,fc75 62b+62c=fc11 62b+645=fc12,fc78,fca6,fce5 62b+649=fc13,fc7a
        62b+64a=fc14,fc7b 62c+62d=fc15,fca7 62c+645=fc16,fca8 62d+62c=fc17,fca9 62d+645=fc18,fcaa 62e+62c=fc19,fcab
        62e+62d=fc1a 62e+645=fc1b,fcac 633+62c=fc1c,fcad,fd34 633+62d=fc1d,fcae,fd35 633+62e=fc1e,fcaf,fd36
        633+645=fc1f,fcb0,fce7 635+62d=fc20,fcb1 635+645=fc21,fcb3 636+62c=fc22,fcb4 636+62d=fc23,fcb5
        636+62e=fc24,fcb6 636+645=fc25,fcb7 637+62d=fc26,fcb8 637+645=fc27,fd33,fd3a 638+645=fc28,fcb9,fd3b
        639+62c=fc29,fcba 639+645=fc2a,fcbb 63a+62c=fc2b,fcbc 63a+645=fc2c,fcbd 641+62c=fc2d,fcbe 641+62d=fc2e,fcbf
        641+62e=fc2f,fcc0 641+645=fc30,fcc1 641+649=fc31,fc7c 641+64a=fc32,fc7d 642+62d=fc33,fcc2 642+645=fc34,fcc3
        642+649=fc35,fc7e 642+64a=fc36,fc7f 643+627=fc37,fc80 643+62c=fc38,fcc4 643+62d=fc39,fcc5 643+62e=fc3a,fcc6
        643+644=fc3b,fc81,fcc7,fceb 643+645=fc3c,fc82,fcc8,fcec 643+649=fc3d,fc83 643+64a=fc3e,fc84 644+62c=fc3f,fcc9
        644+62d=fc40,fcca 644+62e=fc41,fccb 644+645=fc42,fc85,fccc,fced 644+649=fc43,fc86 644+64a=fc44,fc87
        645+62c=fc45,fcce 645+62d=fc46,fccf 645+62e=fc47,fcd0 645+645=fc48,fc89,fcd1 645+649=fc49 645+64a=fc4a
        646+62c=fc4b,fcd2 646+62d=fc4c,fcd3 646+62e=fc4d,fcd4 646+645=fc4e,fc8c,fcd5,fcee 646+649=fc4f,fc8e
        646+64a=fc50,fc8f 647+62c=fc51,fcd7 647+645=fc52,fcd8 647+649=fc53 647+64a=fc54 64a+62e=fc57,fc99,fcdc
        64a+631=fc64,fc91 64a+632=fc65,fc92 64a+646=fc67,fc94 628+631=fc6a 628+632=fc6b 628+646=fc6d 62a+631=fc70
        62a+632=fc71 62a+646=fc73 62b+631=fc76 62b+632=fc77 62b+646=fc79 645+627=fc88 646+631=fc8a 646+632=fc8b
        646+646=fc8d 64a+647=fc9b,fcde,fce0,fcf1 628+647=fca0,fce2 62a+647=fca5,fce4 635+62e=fcb2 644+647=fccd
        646+647=fcd6,fcef 62b+647=fce6 633+647=fce8,fd31 634+645=fce9,fd0c,fd28,fd30 634+647=fcea,fd32
        637+649=fcf5,fd11 637+64a=fcf6,fd12 639+649=fcf7,fd13 639+64a=fcf8,fd14 63a+649=fcf9,fd15 63a+64a=fcfa,fd16
        633+649=fcfb,fd17 633+64a=fcfc,fd18 634+649=fcfd,fd19 634+64a=fcfe,fd1a 62d+649=fcff,fd1b 62d+64a=fd00,fd1c
        62c+649=fd01,fd1d 62c+64a=fd02,fd1e 62e+649=fd03,fd1f 62e+64a=fd04,fd20 635+649=fd05,fd21 635+64a=fd06,fd22
        636+649=fd07,fd23 636+64a=fd08,fd24 634+62c=fd09,fd25,fd2d,fd37 634+62d=fd0a,fd26,fd2e,fd38
        634+62e=fd0b,fd27,fd2f,fd39 634+631=fd0d,fd29 633+631=fd0e,fd2a 635+631=fd0f,fd2b 636+631=fd10,fd2c
        62a+62c+645=fd50 62a+62d+62c=fd51-fd52 62a+62d+645=fd53 62a+62e+645=fd54 62a+645+62c=fd55 62a+645+62d=fd56
        62a+645+62e=fd57 62c+645+62d=fd58-fd59 62d+645+64a=fd5a 62d+645+649=fd5b 633+62d+62c=fd5c 633+62c+62d=fd5d
        633+62c+649=fd5e 633+645+62d=fd5f-fd60 633+645+62c=fd61 633+645+645=fd62-fd63 635+62d+62d=fd64-fd65
        635+645+645=fd66,fdc5 634+62d+645=fd67-fd68 634+62c+64a=fd69 634+645+62e=fd6a-fd6b 634+645+645=fd6c-fd6d
        636+62d+649=fd6e 636+62e+645=fd6f-fd70 637+645+62d=fd71-fd72 637+645+645=fd73 637+645+64a=fd74
        639+62c+645=fd75,fdc4 639+645+645=fd76-fd77 639+645+649=fd78 63a+645+645=fd79 63a+645+64a=fd7a
        63a+645+649=fd7b 641+62e+645=fd7c-fd7d 642+645+62d=fd7e,fdb4 642+645+645=fd7f 644+62d+645=fd80,fdb5
        644+62d+64a=fd81 644+62d+649=fd82 644+62c+62c=fd83-fd84 644+62e+645=fd85-fd86 644+645+62d=fd87-fd88
        645+62d+62c=fd89 645+62d+645=fd8a 645+62d+64a=fd8b 645+62c+62d=fd8c 645+62c+645=fd8d 645+62e+62c=fd8e
        645+62e+645=fd8f 645+62c+62e=fd92 647+645+62c=fd93 647+645+645=fd94 646+62d+645=fd95 646+62d+649=fd96
        646+62c+645=fd97-fd98 646+62c+649=fd99 646+645+64a=fd9a 646+645+649=fd9b 64a+645+645=fd9c-fd9d
        628+62e+64a=fd9e 62a+62c+64a=fd9f 62a+62c+649=fda0 62a+62e+64a=fda1 62a+62e+649=fda2 62a+645+64a=fda3
        62a+645+649=fda4 62c+645+64a=fda5 62c+62d+649=fda6 62c+645+649=fda7 633+62e+649=fda8 635+62d+64a=fda9
        634+62d+64a=fdaa 636+62d+64a=fdab 644+62c+64a=fdac 644+645+64a=fdad 64a+62d+64a=fdae 64a+62c+64a=fdaf
        64a+645+64a=fdb0 645+645+64a=fdb1 642+645+64a=fdb2 646+62d+64a=fdb3 639+645+64a=fdb6 643+645+64a=fdb7
        646+62c+62d=fdb8,fdbd 645+62e+64a=fdb9 644+62c+645=fdba,fdbc 643+645+645=fdbb,fdc3 62c+62d+64a=fdbe
        62d+62c+64a=fdbf 645+62c+64a=fdc0 641+645+64a=fdc1 628+62d+64a=fdc2 633+62e+64a=fdc6 646+62c+64a=fdc7
        635+644+6d2=fdf0 642+644+6d2=fdf1 627+644+644+647=fdf2 627+643+628+631=fdf3 645+62d+645+62f=fdf4
        635+644+639+645=fdf5 631+633+648+644=fdf6 639+644+64a+647=fdf7 648+633+644+645=fdf8 635+644+649=fdf9
        631+6cc+627+644=fdfc 644+627=fef5-fefc 77+7a=1f12e 68+76=1f14a 73+64=1f14c 70+70+76=1f14e 77+63=1f14f
        6d+63=1f16a 6d+64=1f16b 6d+72=1f16c 64+6a=1f190
        """
}
